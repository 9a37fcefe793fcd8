// Debian's package, with stand-ins for apt-get and dpkg-deb: their error messages are those of the real programs.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { identifyDebian, obtainDebian } from '../../../../harness/kernel/source/debian.ts'
import { miniTarball, recordingContext } from '../fixtures/mini-tree.ts'

const source = { package: 'linux-source-6.12' }
const realPath = process.env['PATH'] ?? ''

/** Programs of these names, found before the real ones. */
async function standIns(directory: string, programs: Readonly<Record<string, string>>): Promise<void> {
  const bin = path.join(directory, 'bin')
  await mkdir(bin, { recursive: true })
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`)
    await chmod(path.join(bin, name), 0o755)
  }
  process.env['PATH'] = `${bin}:${realPath}`
}

function workingApt(directory: string, version: string): string {
  return `
    echo "$*" >> ${directory}/apt.log
    case "$*" in
    *--print-uris*) echo "'http://deb.debian.org/x.deb' linux-source-6.12_${version}_all.deb 100 SHA256:00" ;;
    *) echo package > linux-source-6.12_${version}_all.deb ;;
    esac`
}

const workingDpkg = (tarball: string): string =>
  `mkdir -p "$3/usr/src" && cp ${tarball} "$3/usr/src/linux-source-6.12.tar.gz"`

void test('a package is fetched once; from then on apt is not asked', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const { location, sha256 } = await miniTarball(directory)
  const apt = workingApt(directory, '6.12.1-1')
  await standIns(directory, { 'apt-get': apt, 'dpkg-deb': workingDpkg(location) })

  t.equal(await identifyDebian(source, context), undefined)
  const identity = await obtainDebian(source, context, false)
  t.equal(identity.version, 'linux-source-6.12 6.12.1-1')
  t.equal(identity.content, `tarball ${sha256}`)
  t.match(await readFile(path.join(context.cache, 'sources', identity.directory, 'tree/Kconfig'), 'utf8'), 'CHILD')

  await standIns(directory, { 'apt-get': 'exit 1' })
  t.strictSame(await identifyDebian(source, context), identity)
  t.strictSame(await obtainDebian(source, context, false), identity)

  await standIns(directory, { 'apt-get': workingApt(directory, '6.12.2-1') })
  t.equal((await obtainDebian(source, context, true)).version, 'linux-source-6.12 6.12.2-1')
})

const failures = [
  ['no such package', 'E: Unable to locate package linux-source-6.12', 'SOURCE_PACKAGE_MISSING', /apt-get update/],
  [
    'no such suite',
    "E: Release 'sid' for 'linux-source-6.12' was not found",
    'SOURCE_PACKAGE_MISSING',
    /--apt-suite trixie-backports/,
  ],
  ['no network', 'E: Failed to fetch http://x/y.deb  Could not resolve host: x', 'SOURCE_UNREACHABLE', /network/],
] as const

for (const [what, words, code, hint] of failures) {
  void test(`one clear line with the next step: ${what}`, async (t) => {
    const directory = t.testdir()
    await standIns(directory, { 'apt-get': `echo "${words}" >&2; exit 100`, 'apt-cache': 'exit 1' })
    await t.rejects(obtainDebian(source, recordingContext(path.join(directory, 'cache')), false), {
      code,
      fault: 'infra',
      message: words.replace('E: ', ''),
      hint,
    })
  })
}

void test('the error for a missing package lists the present packages', async (t) => {
  const directory = t.testdir()
  await standIns(directory, {
    'apt-get': 'echo "E: Unable to locate package linux-source-7.3" >&2; exit 100',
    'apt-cache': 'printf "%s\\n" linux-source-7.10 linux-source-7.4 linux-source-bpo linux-source-7.4',
  })
  const gone = { package: 'linux-source-7.3' }
  await t.rejects(obtainDebian(gone, recordingContext(path.join(directory, 'cache')), false), {
    code: 'SOURCE_PACKAGE_MISSING',
    message: /linux-source-7\.3; it has linux-source-7\.4, linux-source-7\.10$/,
    hint: /backports keep only the newest/,
  })
})

/** An apt that knows bookworm and nothing else, and what `update` does. */
function aptWithSuites(directory: string, update: string): string {
  return `
    echo "$*" >> ${directory}/apt.log
    case "$*" in
    *indextargets*) echo "bookworm|oldstable|Debian|http://mirror.example/debian/" ;;
    *update) ${update} ;;
    *--print-uris*) echo "'http://mirror.example/x.deb' linux-source-7.3_7.3.1-1_all.deb 100 SHA256:00" ;;
    *) echo package > linux-source-7.3_7.3.1-1_all.deb ;;
    esac`
}

for (const how of ['the definition names it', '--apt-suite names it'] as const) {
  void test(`a suite that is not configured has lists of its own: ${how}`, async (t) => {
    const directory = t.testdir()
    const { location } = await miniTarball(directory)
    await standIns(directory, {
      'apt-get': aptWithSuites(directory, 'true'),
      'dpkg-deb': workingDpkg(location),
    })
    const isInDefinition = how === 'the definition names it'
    const context = recordingContext(path.join(directory, 'cache'))
    const identity = await obtainDebian(
      { package: 'linux-source-7.3', ...(isInDefinition ? { suite: 'trixie-backports' } : {}) },
      { ...context, ...(isInDefinition ? {} : { aptSuite: 'trixie-backports' }) },
      false,
    )
    t.equal(identity.version, 'linux-source-7.3 7.3.1-1')
    const home = path.join(context.cache, 'apt/trixie-backports')
    const sources = await readFile(path.join(home, 'sources.list'), 'utf8')
    t.match(sources, /^deb .*http:\/\/mirror\.example\/debian trixie-backports main$/m)
    const calls = (await readFile(path.join(directory, 'apt.log'), 'utf8')).trim().split('\n')
    t.equal(calls.filter((call) => call.includes(`Dir::Etc::sourcelist=${home}/sources.list`)).length, 3)
    t.match(identity.repeat[0], /^# with deb .* among the sources of apt$/)
  })
}

void test('a configured suite is requested by its name', async (t) => {
  const directory = t.testdir()
  const { location } = await miniTarball(directory)
  await standIns(directory, {
    'apt-get': aptWithSuites(directory, 'exit 1'),
    'dpkg-deb': workingDpkg(location),
  })
  const context = recordingContext(path.join(directory, 'cache'))
  await obtainDebian({ package: 'linux-source-7.3', suite: 'bookworm' }, context, false)
  const calls = await readFile(path.join(directory, 'apt.log'), 'utf8')
  t.match(calls, /download --print-uris linux-source-7\.3\/bookworm$/m)
  t.notMatch(calls, /update/)
})

void test('a missing suite is a usage error; an unreachable archive is not', async (t) => {
  const directory = t.testdir()
  const context = { ...recordingContext(path.join(directory, 'cache')), aptSuite: 'trixie-backprots' }
  const wanted = { package: 'linux-source-7.3' }
  const noRelease = 'echo "E: The repository \'http://x y Release\' does not have a Release file." >&2; exit 100'
  await standIns(directory, { 'apt-get': aptWithSuites(directory, noRelease) })
  await t.rejects(obtainDebian(wanted, context, false), {
    code: 'SUITE_UNKNOWN',
    fault: 'usage',
    message: "http://mirror.example/debian has no suite 'trixie-backprots'",
  })
  await standIns(directory, {
    'apt-get': aptWithSuites(directory, "echo 'E: Failed to fetch x' >&2; exit 100"),
  })
  await t.rejects(obtainDebian(wanted, context, false), { code: 'SOURCE_UNREACHABLE', fault: 'infra' })
})

void test('a download that ends in the middle leaves no complete tree', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const { location } = await miniTarball(directory)
  const broken = `${workingDpkg(location)}; truncate -s 100 "$3/usr/src/linux-source-6.12.tar.gz"`
  await standIns(directory, { 'apt-get': workingApt(directory, '6.12.1-1'), 'dpkg-deb': broken })
  await t.rejects(obtainDebian(source, context, false), { code: 'SOURCE_ARCHIVE' })
  t.equal(await identifyDebian(source, context), undefined)
})

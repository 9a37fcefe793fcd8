// The launcher: packages of another version are refused before Node loads them, and no environment stops it.
import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../../harness/base/paths.ts'

interface Package {
  readonly version: string
  readonly integrity: string
  readonly optional?: true
}

const base: Readonly<Record<string, Package>> = {
  commander: { version: '15.1.0', integrity: 'sha512-a' },
  '@types/node': { version: '24.19.2', integrity: 'sha512-b' },
  'commander/node_modules/ansi': { version: '1.0.0', integrity: 'sha512-c' },
  'fsevents-linux': { version: '2.0.0', integrity: 'sha512-d', optional: true },
}
const elsewhere: Readonly<Record<string, Package>> = {
  'fsevents-darwin': { version: '2.0.0', integrity: 'sha512-e', optional: true },
}

/** A list as npm writes it. */
function listOf(packages: Readonly<Record<string, Package>>): string {
  const entries = Object.entries(packages).map(([name, fields]) => [`node_modules/${name}`, fields])
  return `${JSON.stringify({ name: 'x', version: '0.1.0', packages: Object.fromEntries(entries) }, undefined, 2)}\n`
}

function without(name: string): Readonly<Record<string, Package>> {
  return Object.fromEntries(Object.entries(base).filter(([key]) => key !== name))
}

const cases: readonly {
  readonly what: string
  readonly installed: Readonly<Record<string, Package>> | undefined
  /** The package that the message names; undefined when the launcher goes on. */
  readonly odd?: string
}[] = [
  { what: 'the packages of the lock file', installed: base },
  {
    what: 'another version',
    installed: { ...base, commander: { version: '14.0.0', integrity: 'sha512-a' } },
    odd: 'commander',
  },
  {
    what: 'the same version with another content',
    installed: { ...base, '@types/node': { version: '24.19.2', integrity: 'sha512-x' } },
    odd: '@types/node',
  },
  { what: 'a package is missing', installed: without('commander'), odd: 'commander' },
  {
    what: 'a package inside of another is missing',
    installed: without('commander/node_modules/ansi'),
    odd: 'commander/node_modules/ansi',
  },
  { what: 'a package too many', installed: { ...base, zod: { version: '4.0.0', integrity: 'sha512-z' } }, odd: 'zod' },
  {
    what: 'an optional package of another version',
    installed: { ...base, 'fsevents-linux': { version: '1.0.0', integrity: 'sha512-d', optional: true } },
    odd: 'fsevents-linux',
  },
  { what: 'an optional package for another computer is absent', installed: without('fsevents-linux') },
  { what: 'no list of packages', installed: undefined, odd: 'their list cannot be read' },
]

const home = await mkdtemp(path.join(tmpdir(), 'gmemtest-launcher-'))

/** Makes a checkout whose Node prints one word. */
async function checkout(name: string, installed: Readonly<Record<string, Package>> | undefined): Promise<string> {
  const root = path.join(home, name)
  await mkdir(path.join(root, 'harness'), { recursive: true })
  await mkdir(path.join(root, 'node_modules/.bin'), { recursive: true })
  await cp(inProject('gmemtest'), path.join(root, 'gmemtest'))
  await writeFile(path.join(root, 'harness/cli.ts'), '')
  await cp(inProject('harness/packages.awk'), path.join(root, 'harness/packages.awk'))
  await writeFile(path.join(root, 'node_modules/.bin/node'), '#!/bin/sh\necho started; umask\n', { mode: 0o755 })
  await writeFile(path.join(root, 'package-lock.json'), listOf({ ...base, ...elsewhere }))
  if (installed !== undefined) await writeFile(path.join(root, 'node_modules/.package-lock.json'), listOf(installed))
  return root
}

function launch(root: string, env: Readonly<Record<string, string>> = {}): ReturnType<typeof spawnSync> {
  const { PATH = '' } = process.env
  return spawnSync(path.join(root, 'gmemtest'), [], { env: { PATH, ...env }, encoding: 'utf8', timeout: 20_000 })
}

void test('the launcher', async (suite) => {
  suite.teardown(() => rm(home, { recursive: true, force: true }))

  for (const { what, installed, odd } of cases) {
    await suite.test(what, async (t) => {
      const root = await checkout(what, installed)
      // Times say nothing: a checkout writes files anew, and a copy may keep old times.
      for (const time of [new Date(0), new Date()]) {
        await utimes(path.join(root, 'package-lock.json'), time, time)
        const ran = launch(root)
        if (odd === undefined) t.match(ran, { status: 0, stdout: /^started\n/, stderr: '' })
        else {
          t.match(ran, { status: 69, stdout: '' })
          t.equal(
            ran.stderr,
            `gmemtest: the npm packages are not those of this checkout: ${odd}\n  hint: run: make -C '${root}' setup\n`,
          )
        }
      }
    })
  }

  await suite.test('node_modules may be a link', async (t) => {
    const root = await checkout('linked', base)
    await rename(path.join(root, 'node_modules'), path.join(home, 'elsewhere'))
    await symlink('../elsewhere', path.join(root, 'node_modules'))
    t.match(launch(root), { status: 0, stdout: /^started\n/ })
  })

  await suite.test('packages that were never installed', async (t) => {
    const root = await checkout('fresh', base)
    await rm(path.join(root, 'node_modules'), { recursive: true })
    t.match(launch(root), { status: 69, stderr: /^gmemtest: the npm packages are not installed\n {2}hint: run: make / })
  })

  await suite.test('a home that cannot hold compiled modules is no obstacle', async (t) => {
    const root = await checkout('homes', base)
    for (const HOME of ['', 'relative', '/proc', '/dev/null', '/etc/passwd/x']) {
      t.match(launch(root, { HOME }), { status: 0, stdout: /^started\n/, stderr: '' }, `HOME=${HOME}`)
    }
    t.match(launch(root), { status: 0, stdout: /^started\n/, stderr: '' }, 'no HOME')
  })

  await suite.test('the owner can use what gmemtest makes, under any umask', async (t) => {
    const root = await checkout('umask', base)
    for (const [given, kept] of [
      ['0777', '0077'],
      ['0700', '0000'],
      ['0077', '0077'],
      ['0022', '0022'],
    ]) {
      const script = `umask ${given}; exec "$0"`
      const ran = spawnSync('sh', ['-c', script, path.join(root, 'gmemtest')], { encoding: 'utf8', timeout: 20_000 })
      t.equal(ran.stdout, `started\n${kept}\n`, `umask ${given}`)
    }
  })
})

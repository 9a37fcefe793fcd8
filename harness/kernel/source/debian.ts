// Source from Debian's package linux-source-*: apt verifies it by the chain of signatures that the machine trusts.
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../project/errors.ts'
import { attempt, lastLines, succeed } from '../command.ts'
import type { CommandOptions } from '../command.ts'
import type { CommandResult } from '../../process/run.ts'
import { sha256OfFile } from '../files.ts'
import type { BuildContext } from '../progress.ts'
import { discardTree, isUnpacked, lockSource, makeTree, recall, remember } from './pristine.ts'
import type { SourceIdentity } from './pristine.ts'
import { unpackTar } from './unpack.ts'

/** A source package and, when several archives have it, the suite to take it from. */
export interface DebianSource {
  readonly package: string
  readonly suite?: string
}

const oneHour = 3_600_000

function wanted({ package: name, suite }: DebianSource): string {
  return suite === undefined ? name : `${name}/${suite}`
}

function pinOf(source: DebianSource): string {
  return `debian-${wanted(source).replaceAll('/', '_')}`
}

/** What the package was found to be when it was fetched; undefined when it never was. Asks nobody. */
export async function identifyDebian(
  source: DebianSource,
  context: BuildContext,
): Promise<SourceIdentity | undefined> {
  return recall(context.cache, pinOf(source))
}

/**
 * Fetches and unpacks the package, unless that has been done. With `refresh`, a newer version is looked for.
 * @throws {InfraError} SOURCE_PACKAGE_MISSING, SOURCE_UNREACHABLE, NO_SPACE
 */
export async function obtainDebian(
  source: DebianSource,
  context: BuildContext,
  refresh: boolean,
): Promise<SourceIdentity> {
  const pin = pinOf(source)
  await using lock = await lockSource(context, pin)
  void lock
  const pinned = await recall(context.cache, pin)
  if (pinned !== undefined && !refresh && (await isUnpacked(context.cache, pinned.directory))) return pinned
  // A pinned version is got again; only a refresh may move on to another one.
  const request =
    pinned === undefined || refresh ? wanted(source) : `${source.package}=${pinned.facts['version']}`
  const found = await availableVersion(request, source, context)
  const directory = `debian-${source.package}_${found}`
  if (pinned?.directory === directory && (await isUnpacked(context.cache, directory))) return pinned

  let facts: Record<string, string> = {}
  let archiveName = ''
  await makeTree(context, directory, async (tree, scratch) => {
    context.progress({ type: 'phase', phase: 'source', detail: `downloading ${source.package} ${found}` })
    const exact = `${source.package}=${found}`
    await succeed('apt-get', [...quietApt, 'download', exact], inScratch(scratch, context), (result) =>
      aptFailed(result, source),
    )
    const deb = (await readdir(scratch)).find((name) => name.endsWith('.deb'))
    if (deb === undefined) {
      throw new InfraError('SOURCE_PACKAGE_MISSING', `apt-get downloaded nothing for ${exact}`)
    }
    context.progress({ type: 'phase', phase: 'source', detail: `unpacking ${source.package} ${found}` })
    const files = path.join(scratch, 'files')
    await mkdir(files)
    await succeed('dpkg-deb', ['-x', deb, files], inScratch(scratch, context), (result) =>
      damaged(deb, result),
    )
    const usrSrc = path.join(files, 'usr/src')
    const archive = (await readdir(usrSrc).catch((): string[] => [])).find((name) =>
      /^linux-source-.*\.tar\.[a-z0-9]+$/.test(name),
    )
    if (archive === undefined) {
      throw new InfraError('SOURCE_PACKAGE_MISSING', `${exact} contains no usr/src/linux-source-*.tar.*`, {
        hint: 'debian: takes a binary package named linux-source-VERSION',
      })
    }
    archiveName = archive
    facts = {
      version: found,
      'package sha256': await sha256OfFile(path.join(scratch, deb)),
      'tarball sha256': await sha256OfFile(path.join(usrSrc, archive)),
    }
    await unpackTar(path.join(usrSrc, archive), tree, context.signal)
  })
  const identity: SourceIdentity = {
    kind: 'debian',
    content: `tarball ${facts['tarball sha256']}`,
    version: `${source.package} ${found}`,
    directory,
    facts,
    repeat: [
      `apt-get download ${source.package}=${found}`,
      `dpkg-deb -x ${source.package}_*_all.deb package`,
      `mkdir linux && tar -xf package/usr/src/${archiveName} -C linux --strip-components=1`,
    ],
  }
  await remember(context.cache, pin, identity)
  if (pinned !== undefined && pinned.directory !== directory)
    await discardTree(context.cache, pinned.directory)
  return identity
}

// As root, apt downloads as the user _apt, who may not write to our cache, and it warns about that.
const quietApt = ['-q', '-o', 'APT::Sandbox::User=root']

function inScratch(cwd: string, { signal }: BuildContext): CommandOptions {
  return { signal, cwd, stage: 'fetching the kernel source', timeout: oneHour }
}

async function availableVersion(
  request: string,
  source: DebianSource,
  context: BuildContext,
): Promise<string> {
  context.progress({ type: 'phase', phase: 'source', detail: `asking apt for ${request}` })
  const result = await attempt('apt-get', [...quietApt, 'download', '--print-uris', request], {
    signal: context.signal,
    stage: 'asking apt for the kernel source',
  })
  // 'http://…' linux-source-6.12_6.12.117-1_all.deb 153476148 SHA256:…
  const version = /^'[^']*' [^_\s]+_([^_\s]+)_/m.exec(result.stdout)?.[1]
  if (result.exitCode === 0 && version !== undefined) return version.replaceAll('%3a', ':')
  throw aptFailed(result, source)
}

function aptFailed(result: CommandResult, source: DebianSource): InfraError {
  const reason = result.stderr.split('\n').find((line) => line.startsWith('E: ')) ?? lastLines(result, 1)[0]
  const words = (reason ?? 'no reason given').replace(/^E: /, '')
  if (/Failed to fetch|Could not resolve|Unable to connect|timed out/i.test(result.stderr)) {
    return new InfraError('SOURCE_UNREACHABLE', `apt-get cannot download ${wanted(source)}: ${words}`, {
      tail: lastLines(result, 5),
      hint: "check the network and the proxy; 'apt-get update' (as root) when the mirror has moved on",
    })
  }
  return new InfraError('SOURCE_PACKAGE_MISSING', `apt-get does not find ${wanted(source)}: ${words}`, {
    hint:
      "run 'apt-get update' as root, and see that /etc/apt/sources.list has the archive with it " +
      `(for ${source.package} on Debian 12: bookworm-security or bookworm-backports)`,
  })
}

function damaged(file: string, result: CommandResult): InfraError {
  return new InfraError('SOURCE_PACKAGE_MISSING', `dpkg-deb cannot unpack ${file}`, {
    tail: lastLines(result),
  })
}

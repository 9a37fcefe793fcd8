// Source from Debian's package linux-source-*: apt verifies it by the signatures that this computer trusts.
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { InfraError, type ErrorDetails } from '../../base/errors.ts'
import { attempt, lastLines, succeed } from '../command.ts'
import type { CommandResult } from '../../process/run-program.ts'
import { sha256OfFile } from '../../cache/hash.ts'
import type { KernelSource } from '../definition/definition.ts'
import type { BuildContext } from '../provide-progress.ts'
import { aptFor, kernelSources, type Apt } from './apt.ts'
import { discardTree, isUnpacked, lockSource, makeTree, recall, remember } from './pristine.ts'
import type { SourceIdentity } from './pristine.ts'
import { unpackTar } from './tarball.ts'

type DebianSource = Omit<Extract<KernelSource, { kind: 'debian' }>, 'kind'>

const oneHour = 3_600_000

function pinOf({ package: name, suite }: DebianSource): string {
  return [`debian-${name}`, ...(suite === undefined ? [] : [suite.replaceAll('/', '_')])].join('_')
}

/** Returns the identity of the package when it was fetched; undefined before that. Asks neither apt nor the network. */
export async function identifyDebian(source: DebianSource, context: BuildContext): Promise<SourceIdentity | undefined> {
  return recall(context.cache, pinOf(source))
}

/**
 * Fetches and unpacks the package, unless the cache has its tree. With `refresh`, it asks for a newer version.
 * @throws {InfraError} SOURCE_PACKAGE_MISSING, SOURCE_UNREACHABLE, NO_SPACE
 * @throws {UsageError} SUITE_UNKNOWN
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
  // A pinned version is fetched again; only a refresh may choose another version.
  const apt = await aptFor(source.suite ?? context.aptSuite, context)
  const request =
    pinned === undefined || refresh ? `${source.package}${apt.ofSuite}` : `${source.package}=${pinned.facts['version']}`
  const found = await availableVersion(request, apt, context)
  const directory = `debian-${source.package}_${found}`
  if (pinned?.directory === directory && (await isUnpacked(context.cache, directory))) return pinned

  const exact = `${source.package}=${found}`
  await using treeLock = await lockSource(context, directory)
  void treeLock
  const { archiveName, facts } = await makeTree(context, directory, async (tree, scratch) => {
    const options = { signal: context.signal, cwd: scratch, stage: 'fetching the kernel source', timeout: oneHour }
    context.progress({ type: 'phase', phase: 'source', detail: `downloading ${source.package} ${found}` })
    const download = [...apt.options, 'download', exact]
    await succeed('apt-get', download, options, (result) => unreachable(result, exact))
    const deb = (await readdir(scratch)).find((name) => name.endsWith('.deb'))
    if (deb === undefined) throw packageError(`apt-get downloaded nothing for ${exact}`)
    context.progress({ type: 'phase', phase: 'source', detail: `unpacking ${source.package} ${found}` })
    const files = path.join(scratch, 'files')
    await mkdir(files)
    await succeed('dpkg-deb', ['-x', deb, files], options, (result) =>
      packageError(`dpkg-deb cannot unpack ${deb}`, { tail: lastLines(result) }),
    )
    const usrSrc = path.join(files, 'usr/src')
    const archive = (await readdir(usrSrc).catch((): string[] => [])).find((name) =>
      /^linux-source-.*\.tar\.[a-z0-9]+$/.test(name),
    )
    if (archive === undefined) {
      throw packageError(`${exact} contains no usr/src/linux-source-*.tar.*`, {
        hint: 'name a binary package linux-source-VERSION after debian: in the definition',
      })
    }
    await unpackTar(path.join(usrSrc, archive), tree, context.signal)
    const hashes = {
      'package sha256': await sha256OfFile(path.join(scratch, deb)),
      'tarball sha256': await sha256OfFile(path.join(usrSrc, archive)),
    }
    return { archiveName: archive, facts: { version: found, ...hashes } }
  })
  const identity: SourceIdentity = {
    kind: 'debian',
    content: `tarball ${facts['tarball sha256']}`,
    version: `${source.package} ${found}`,
    directory,
    facts,
    repeat: [
      ...(apt.remark === undefined ? [] : [apt.remark]),
      `apt-get download ${exact}`,
      `dpkg-deb -x ${source.package}_*_all.deb package`,
      `mkdir linux && tar -xf package/usr/src/${archiveName} -C linux --strip-components=1`,
    ],
  }
  await remember(context.cache, pin, identity)
  if (pinned !== undefined && pinned.directory !== directory) {
    await using oldLock = await lockSource(context, pinned.directory)
    void oldLock
    await discardTree(context.cache, pinned.directory)
  }
  return identity
}

async function availableVersion(request: string, apt: Apt, context: BuildContext): Promise<string> {
  context.progress({ type: 'phase', phase: 'source', detail: `asking apt for ${request}` })
  const ask = [...apt.options, 'download', '--print-uris', request]
  const result = await attempt('apt-get', ask, { signal: context.signal })
  // 'http://…' linux-source-6.12_6.12.117-1_all.deb 153476148 SHA256:…
  const version = /^'[^']*' [^_\s]+_([^_\s]+)_/m.exec(result.stdout)?.[1]
  if (result.exitCode === 0 && version !== undefined) return version.replaceAll('%3a', ':')
  if (/Failed to fetch|Could not resolve|Unable to connect|timed out/i.test(result.stderr)) {
    throw unreachable(result, request)
  }
  throw missing(result, request, await kernelSources(apt, context))
}

function packageError(message: string, details?: ErrorDetails): InfraError {
  return new InfraError('SOURCE_PACKAGE_MISSING', message, details)
}

function wordsOf(result: CommandResult): string {
  const reason = result.stderr.split('\n').find((line) => line.startsWith('E: ')) ?? lastLines(result, 1)[0]
  return (reason ?? 'no reason given').replace(/^E: /, '')
}

function unreachable(result: CommandResult, request: string): InfraError {
  return new InfraError('SOURCE_UNREACHABLE', `apt-get cannot download ${request}: ${wordsOf(result)}`, {
    tail: lastLines(result, 5),
    hint: "check the network and the proxy; run 'apt-get update' as root when the mirror no longer has the version",
  })
}

/** Returns an error that lists the present packages: backports lose a version when the next one arrives. */
function missing(result: CommandResult, request: string, others: readonly string[]): InfraError {
  const found = others.length === 0 ? 'no kernel source at all' : others.join(', ')
  return packageError(`apt-get does not find ${request}: ${wordsOf(result)}; it has ${found}`, {
    hint:
      "run 'apt-get update' as root if one of your sources should have it (bookworm-security has 6.12), or name a suite " +
      'of Debian that need not be among them: --apt-suite trixie-backports (backports keep only the newest versions)',
  })
}

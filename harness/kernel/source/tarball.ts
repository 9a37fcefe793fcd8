// Source from a tar archive of known SHA-256: a URL, or a file of this computer.
import { access } from 'node:fs/promises'
import path from 'node:path'
import { BuildError, UsageError } from '../../base/errors.ts'
import { sha256OfFile } from '../../cache/hash.ts'
import { shellLine, shellWord } from '../../process/child.ts'
import { lastLines, succeed } from '../command.ts'
import type { KernelSource } from '../definition/definition.ts'
import type { BuildContext } from '../provide-progress.ts'
import { download } from './download.ts'
import { isUnpacked, lockSource, makeTree, type SourceIdentity } from './pristine.ts'

type TarballSource = Omit<Extract<KernelSource, { kind: 'tarball' }>, 'kind'>

function isUrl({ location }: TarballSource): boolean {
  return location.includes('://')
}

/** Identifies an archive by its hash alone. */
export function identifyTarball(source: TarballSource): SourceIdentity {
  const name = path.basename(source.location)
  // No program takes such a name for an option or, at a colon, for a file of another computer.
  const here = `./${name}`
  return {
    kind: 'tarball',
    content: `tarball ${source.sha256}`,
    version: name,
    directory: `tarball-${source.sha256.slice(0, 32)}`,
    facts: { location: source.location, sha256: source.sha256 },
    repeat: [
      isUrl(source) ? shellLine('curl', ['-fLo', here, source.location]) : shellLine('cp', [source.location, here]),
      `echo ${shellWord(`${source.sha256}  ${here}`)} | sha256sum -c`,
      `mkdir linux && ${shellLine('tar', ['-xf', here])} -C linux --strip-components=1`,
    ],
  }
}

/**
 * Fetches, verifies and unpacks the archive, unless the cache has its tree.
 * @throws {InfraError} SOURCE_UNREACHABLE, NO_SPACE
 * @throws {UsageError} SOURCE_HASH when the archive has another hash than the definition
 */
export async function obtainTarball(source: TarballSource, context: BuildContext): Promise<SourceIdentity> {
  const identity = identifyTarball(source)
  await using lock = await lockSource(context, identity.directory)
  void lock
  if (await isUnpacked(context.cache, identity.directory)) return identity
  await makeTree(context, identity.directory, async (tree, scratch) => {
    context.progress({ type: 'phase', phase: 'source', detail: `fetching ${identity.version}` })
    const archive = isUrl(source) ? path.join(scratch, identity.version) : source.location
    if (isUrl(source)) await download(source.location, archive, context.signal)
    else await requireArchive(archive)
    const found = await sha256OfFile(archive)
    if (found !== source.sha256) {
      throw new UsageError(
        'SOURCE_HASH',
        `${source.location} has the SHA-256 ${found}, the definition says ${source.sha256}`,
        { hint: 'compare with the publisher (sha256sums.asc on kernel.org) before you change the definition' },
      )
    }
    context.progress({ type: 'phase', phase: 'source', detail: `unpacking ${identity.version}` })
    await unpackTar(archive, tree, context.signal)
  })
  return identity
}

async function requireArchive(file: string): Promise<void> {
  await access(file).catch((cause: unknown) => {
    throw new UsageError('SOURCE_MISSING', `there is no archive ${file}`, {
      cause,
      hint: 'correct the path after tarball: in the definition',
    })
  })
}

/**
 * Unpacks a tar archive without its top directory.
 * @throws {BuildError} SOURCE_ARCHIVE for a damaged archive, or another kind of file
 * @throws {InfraError} NO_SPACE
 */
export async function unpackTar(archive: string, directory: string, signal: AbortSignal): Promise<void> {
  // xz with threads: half of the time for archives that were packed in blocks, as Debian's are.
  const decompress = /\.t?xz$/.test(archive) ? ['--use-compress-program=xz -T0'] : ['--auto-compress']
  const args = ['--extract', ...decompress, `--file=${archive}`, `--directory=${directory}`]
  await succeed(
    'tar',
    [...args, '--strip-components=1', '--no-same-owner'],
    { signal, stage: 'unpacking the kernel source' },
    (result) =>
      new BuildError('SOURCE_ARCHIVE', `cannot unpack ${archive}`, {
        tail: lastLines(result, 5),
        hint: 'name a tar file with one directory at the top',
      }),
  )
}

// A series that does not apply to its source may have been made for another version: one that the cache has is named.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { BuildError } from '../../base/errors.ts'
import type { BuildContext } from '../provide-progress.ts'
import {
  isUnpacked,
  lockFreeSource,
  recall,
  sourceHome,
  treeOf,
  untouchedFiles,
  type SourceIdentity,
} from '../source/pristine.ts'
import { applySeries } from './apply.ts'
import type { Patch } from './patch.ts'

/** The attempt that failed. */
interface Attempt {
  readonly patches: readonly Patch[]
  readonly identity: SourceIdentity
  /** A directory for copies of files. */
  readonly scratch: string
}

/**
 * Returns an error of `applySeries` with the nearest version in the cache to which the series applies, if there is one. A
 * failure of this search leaves the error as it is.
 * @throws the reason of the signal
 */
export async function namingFittingSource(error: unknown, attempt: Attempt, context: BuildContext): Promise<unknown> {
  if (!(error instanceof BuildError) || error.code !== 'PATCH_DOES_NOT_APPLY') return error
  const version = await fittingVersion(attempt, context)
  if (version === undefined) return error
  const hint = `the series applies to ${version}, which is in the cache: make it the source of the definition`
  return new BuildError(error.code, error.message, { cause: error.cause, tail: error.tail, hint })
}

async function fittingVersion(
  { patches, identity, scratch }: Attempt,
  context: BuildContext,
): Promise<string | undefined> {
  try {
    for (const [index, other] of (await otherSources(identity, context)).entries()) {
      if (await fits(patches, other, path.join(scratch, `other-${index}`), context)) return other.version
    }
  } catch {
    context.signal.throwIfAborted()
  }
  return undefined
}

/** Lists the other unpacked archives in the cache, the nearest version first. */
async function otherSources(own: SourceIdentity, { cache }: BuildContext): Promise<SourceIdentity[]> {
  const names = await readdir(path.dirname(sourceHome(cache, 'any'))).catch((): string[] => [])
  const found = new Map<string, SourceIdentity>()
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    const identity = await recall(cache, path.basename(name, '.json'))
    // A directory of the user changes.
    if (identity === undefined || identity.kind === 'dir' || identity.directory === own.directory) continue
    if (await isUnpacked(cache, identity.directory)) found.set(identity.directory, identity)
  }
  return [...found.values()].toSorted((left, right) => distance(left, own) - distance(right, own))
}

const minorsInMajor = 100

/** Returns how far two versions of the kernel are apart: each major version counts as many minor ones. */
function distance(left: SourceIdentity, right: SourceIdentity): number {
  const [first, second] = [left, right].map(({ version }) => {
    const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? []
    return Number(major) * minorsInMajor + Number(minor)
  })
  return Math.abs((first ?? 0) - (second ?? 0))
}

/** Tells whether the series applies to a source that is as it was unpacked, and that no other builder uses. */
async function fits(
  patches: readonly Patch[],
  { directory }: SourceIdentity,
  scratch: string,
  context: BuildContext,
): Promise<boolean> {
  await using lock = await lockFreeSource(context, directory)
  if (lock === undefined) return false
  const quiet = { ...context, progress: () => undefined }
  try {
    await applySeries(patches, treeOf(context.cache, { directory }), scratch, quiet)
    return (await untouchedFiles(context, directory)) !== undefined
  } catch {
    // A file of this tree may be missing: another one may fit all the same.
    context.signal.throwIfAborted()
    return false
  }
}

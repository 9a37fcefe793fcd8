// The proof of a series: what was applied to what, in terms that anyone can compute again with git.
import { sha256 } from '../../cache/hash.ts'
import type { Ingredients } from '../ingredients.ts'
import type { BuildContext } from '../provide-progress.ts'
import type { ReadPart } from '../series.ts'
import { patchIds } from '../series/apply.ts'
import type { MergedHunk, MergedPatch } from '../series/merge-patch.ts'
import type { Patch } from '../series/patch.ts'
import type { MetPrerequisite } from './prerequisites.ts'
import type { TreeHashes } from './tree-hash.ts'

/** One patch as it was applied. */
export interface ProvenPatch extends Pick<Patch, 'name' | 'subject' | 'messageId' | 'sha256'> {
  /** `git patch-id --stable` of what the patch changed. */
  readonly patchId: string
  /** The hunks that did not fit as they are; only with --3way. */
  readonly merged?: readonly MergedHunk[]
  /** With `merged`, the diff that was applied instead, one byte in each character. */
  readonly appliedDiff?: string
}

export interface SeriesProof {
  /** The git tree hash of the source; absent in the provenance of builds of earlier versions. */
  readonly sourceTree?: string
  /** The git tree hash of the source with the series. */
  readonly tree?: string
  readonly patches: readonly ProvenPatch[]
  /** The patchset_hash of KCIDB: SHA-256 over the SHA-256 of each patch, each ended by a newline; empty without patches. */
  readonly patchsetHash: string
}

/** What the mails of a series say about it, and what has its prerequisites. */
export interface SeriesClaims {
  readonly series: readonly (Pick<ReadPart['series'], 'title' | 'version' | 'baseCommit'> & { readonly name: string })[]
  readonly prerequisites: readonly MetPrerequisite[]
}

/** Returns KCIDB's patchset_hash: `sha256sum *.patch | cut -c-64 | sha256sum | cut -c-64`. */
export function patchsetHash(hashes: readonly string[]): string {
  return hashes.length === 0 ? '' : sha256(hashes.map((hash) => `${hash}\n`).join(''))
}

/** Makes the proof of a series that was applied. */
export async function proofOf(
  { patches }: Pick<Ingredients, 'patches'>,
  { merged, hashes }: { readonly merged: ReadonlyMap<number, MergedPatch>; readonly hashes: TreeHashes },
  context: Pick<BuildContext, 'signal'>,
): Promise<SeriesProof> {
  return { sourceTree: hashes.source, tree: hashes.patched, ...(await proofOfPatches(patches, context, merged)) }
}

/** Returns the part of the proof that needs no source. */
export async function proofOfPatches(
  patches: readonly Patch[],
  context: Pick<BuildContext, 'signal'>,
  merged: ReadonlyMap<number, MergedPatch> = new Map(),
): Promise<Pick<SeriesProof, 'patches' | 'patchsetHash'>> {
  const ids = await patchIds(
    patches.map((patch, index) => ({ diff: merged.get(index)?.diff ?? patch.diff })),
    context,
  )
  return {
    patches: patches.map((patch, index) => {
      const { name, subject, messageId, sha256: hash } = patch
      const found = merged.get(index)
      return {
        name,
        subject,
        sha256: hash,
        patchId: ids[index] ?? '',
        ...(messageId === undefined ? {} : { messageId }),
        ...(found === undefined ? {} : { merged: found.hunks, appliedDiff: found.diff }),
      }
    }),
    patchsetHash: patchsetHash(patches.map(({ sha256: hash }) => hash)),
  }
}

/** Returns what the mails of the parts say. */
export function claimsOf({ series }: Pick<Ingredients, 'series'>): SeriesClaims {
  return {
    series: series.parts.map(({ part, series: { title, version, baseCommit } }) => ({
      name: part.name,
      ...(title === undefined ? {} : { title }),
      ...(version === undefined ? {} : { version }),
      ...(baseCommit === undefined ? {} : { baseCommit }),
    })),
    prerequisites: series.prerequisites,
  }
}

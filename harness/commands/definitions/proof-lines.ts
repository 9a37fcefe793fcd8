// The text of a series and of its proof.
import { plural } from '../../base/plural.ts'
import type { Ingredients } from '../../kernel/ingredients.ts'
import type { ProvenPatch, SeriesProof } from '../../kernel/proof/series-proof.ts'
import type { MetPrerequisite } from '../../kernel/proof/prerequisites.ts'
import type { ReadPart } from '../../kernel/series.ts'

/** Returns the lines about a series that was applied. */
export function proofLines(
  { identity, series }: Pick<Ingredients, 'identity' | 'series'>,
  proof: SeriesProof,
): string[] {
  const commit = identity.facts['commit']
  return [
    ...series.parts.flatMap((part) => partLines(part, commit)),
    ...patchLines(proof.patches),
    ...series.prerequisites.map(metLine),
    `source: ${identity.version}`,
    `source tree: ${proof.sourceTree}`,
    `tree: ${proof.tree}`,
    `patchset_hash: ${proof.patchsetHash}`,
  ]
}

/** Returns the lines about a part: its title, its version and its base. */
export function partLines({ part, patches, series }: ReadPart, commit?: string): string[] {
  const { title, version, baseCommit, changeId } = series
  const head =
    title === undefined ? part.name : `'${title}'${version === undefined ? '' : ` ${version}`} from ${part.name}`
  const isBase = commit !== undefined && baseCommit !== undefined && commit.startsWith(baseCommit)
  const toSource = commit === undefined ? '' : isBase ? ' (the source)' : ` (the source is ${commit.slice(0, 12)})`
  return [
    `series: ${head}: ${plural(patches.length, 'patch')}`,
    ...(baseCommit === undefined ? [] : [`base-commit: ${baseCommit}${toSource}`]),
    ...(changeId === undefined ? [] : [`change-id: ${changeId}`]),
  ]
}

/** Returns the lines about the patches, each with its stable patch-id, and with the hunks that were merged. */
export function patchLines(patches: readonly ProvenPatch[]): string[] {
  return patches.flatMap(({ patchId, subject, name, messageId, merged = [] }) => [
    `patch: ${patchId} ${subject === '' ? name : subject}${messageId === undefined ? '' : ` <${messageId}>`}`,
    ...merged.map(({ file, hunk, how }) => `  merged: ${file} ${hunk}: ${how}`),
  ])
}

/** Returns the line about a prerequisite. */
export function metLine({ line, by }: MetPrerequisite): string {
  return `${line} (${by})`
}

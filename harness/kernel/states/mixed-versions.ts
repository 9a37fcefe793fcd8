// Kernels between two versions of a series: the first patches of the later one, and the rest of the earlier one.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError, UsageError } from '../../base/errors.ts'
import { attempt, lastLines } from '../command.ts'
import type { KernelDefinition } from '../definition/definition.ts'
import { withFirstPatches } from './first-patches.ts'
import { gitEnvironment } from '../source/git-environment.ts'
import { subjectOf, type Patch } from '../series/patch.ts'
import { makeReadingDirectory } from '../series/reading-directory.ts'

/** Two versions of a series, each in the order in which it is applied. */
export interface Versions {
  readonly earlier: readonly Patch[]
  readonly later: readonly Patch[]
}

/** The ways in which two patches can be the same one, the surest first. A plain diff has no subject. */
const likenesses: readonly ((one: Patch, other: Patch) => boolean)[] = [
  (one, other) => subjectOf(one) === subjectOf(other) && one.content === other.content,
  (one, other) => subjectOf(one) === subjectOf(other) && subjectOf(one) !== '',
  (one, other) => one.content === other.content,
]

/**
 * Returns for each earlier patch the number of its counterpart in the later version, from 1; 0 stands for none. Patches that
 * are surely the same are found first, and equal ones are taken in their order.
 */
function counterparts({ earlier, later }: Versions): readonly number[] {
  const found = new Map<Patch, Patch>()
  const taken = new Set<Patch>()
  for (const isLike of likenesses) {
    for (const patch of earlier) {
      const match = found.has(patch) ? undefined : later.find((other) => !taken.has(other) && isLike(patch, other))
      if (match === undefined) continue
      found.set(patch, match)
      taken.add(match)
    }
  }
  return earlier.map((patch) => {
    const match = found.get(patch)
    return match === undefined ? 0 : later.indexOf(match) + 1
  })
}

/** Returns the patch of the earlier version that became a patch of the later one; undefined for a new one. */
export function counterpartOf(number: number, versions: Versions): Patch | undefined {
  return versions.earlier[counterparts(versions).indexOf(number)]
}

/**
 * Returns for each earlier patch the number of the later one that replaces it: its counterpart. One without goes with the next
 * patch that has one, or else with the last.
 * @throws {UsageError} VERSIONS_UNRELATED when no patch has a counterpart
 */
function replacedBy(versions: Versions): readonly number[] {
  const own = counterparts(versions)
  const last = own.findLast((number) => number > 0)
  if (last === undefined) {
    throw new UsageError('VERSIONS_UNRELATED', 'the two series share neither a subject nor a change', {
      hint: 'name two versions of one series; a search in one of them takes --good',
    })
  }
  return own.map((_, index) => own.slice(index).find((number) => number > 0) ?? last)
}

/** Returns the patches of the earlier version that are gone, without a counterpart, with a patch of the later one. */
export function droppedWith(number: number, versions: Versions): readonly Patch[] {
  const own = counterparts(versions)
  const replaced = replacedBy(versions)
  return versions.earlier.filter((_, index) => own[index] === 0 && replaced[index] === number)
}

/**
 * Returns the patches of a state: state 0 is the earlier version, the last state is the later one.
 * @throws {UsageError} VERSIONS_UNRELATED
 */
export function mixedPatches(applied: number, versions: Versions): readonly Patch[] {
  const replaced = replacedBy(versions)
  const rest = versions.earlier.filter((_, index) => (replaced[index] ?? 0) > applied)
  return [...versions.later.slice(0, applied), ...rest]
}

/**
 * Returns the definition of the kernel of a state. The patches are files in a folder of `directory` then, since they come from
 * two series.
 * @throws {UsageError} VERSIONS_UNRELATED
 */
export async function withMixedVersions(
  definition: KernelDefinition,
  applied: number,
  versions: Versions,
  directory: string,
): Promise<KernelDefinition> {
  const { later } = versions
  if (applied === later.length) return withFirstPatches(definition, applied)
  const folder = path.join(directory, 'bisect-states', String(applied))
  // An earlier search may have left more patches there.
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const list: string[] = []
  for (const [index, { diff, strip }] of mixedPatches(applied, versions).entries()) {
    const name = `${String(index + 1).padStart(4, '0')}.diff`
    // As plain diffs, which come back as they are: a mail would be decoded again.
    await writeFile(path.join(folder, name), diff, 'latin1')
    list.push(`${name} -p${strip}\n`)
  }
  await writeFile(path.join(folder, 'series'), list.join(''))
  const { firstPatches: _, ...whole } = withFirstPatches(definition, applied)
  return { ...whole, series: [{ kind: 'path', name: folder, path: folder }] }
}

/** Returns what differs between the diffs of two versions of a patch, as git shows it. */
export async function changeOfPatch(earlier: Patch, later: Patch, signal: AbortSignal): Promise<string> {
  await using temporary = await makeReadingDirectory()
  const directory = temporary.path
  const files = { earlier: path.join(directory, 'earlier.patch'), later: path.join(directory, 'later.patch') }
  await writeFile(files.earlier, earlier.diff, 'latin1')
  await writeFile(files.later, later.diff, 'latin1')
  const result = await attempt('git', ['diff', '--no-index', '--no-color', 'earlier.patch', 'later.patch'], {
    signal,
    cwd: directory,
    env: gitEnvironment,
  })
  // Like diff(1), it ends with 1 where the files differ.
  if (result.exitCode === 0 || result.exitCode === 1) return result.stdout
  throw new InfraError('GIT_FAILED', 'git diff --no-index failed', { tail: lastLines(result) })
}

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

/**
 * Returns for each earlier patch the number of its counterpart in the later version, from 1: the next one with the same subject,
 * or else with the same changes. 0 stands for none.
 */
function counterparts({ earlier, later }: Versions): readonly number[] {
  const free = new Set(later)
  return earlier.map(({ content, ...named }) => {
    const left = [...free]
    const subject = subjectOf(named)
    const found = left.find((patch) => subjectOf(patch) === subject) ?? left.find((patch) => patch.content === content)
    if (found === undefined) return 0
    free.delete(found)
    return later.indexOf(found) + 1
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
  for (const [index, patch] of mixedPatches(applied, versions).entries()) {
    const name = `${String(index + 1).padStart(4, '0')}.patch`
    // The order of a folder is that of its names, and the name of a patch of a mailbox is none for a file.
    await writeFile(path.join(folder, name), `Subject: ${patch.subject}\n\n---\n${patch.diff}`, 'latin1')
  }
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

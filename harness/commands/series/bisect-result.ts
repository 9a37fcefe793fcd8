// The result of a search as a test of a run, and as lines for a person.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { SeriesState } from '../../campaigns/bisect/bisect-log.ts'
import { explain, kernelName, type NamedStates } from '../../campaigns/bisect/explain-finding.ts'
import type { Finding } from '../../campaigns/bisect/find-patch.ts'
import type { Step } from '../../campaigns/bisect/tried-kernel.ts'
import type { Ends } from '../../campaigns/bisect/search.ts'
import { patchIds } from '../../kernel/series/apply.ts'
import { diffStat } from '../../kernel/series/diff-stat.ts'
import { changeOfPatch, counterpartOf, droppedWith, type Versions } from '../../kernel/states/mixed-versions.ts'
import { subjectOf, type Patch } from '../../kernel/series/patch.ts'
import type { TestFinished } from '../../report/events.ts'
import type { CommandContext } from '../command-context.ts'

/** The kernels of a search. */
export interface SearchedStates extends NamedStates {
  readonly patches: readonly Patch[]
  /** Present between two versions of a series. */
  readonly versions?: Versions | undefined
}

interface Question {
  readonly ends: Ends
  readonly states: SearchedStates
  /** The command line of the same search. */
  readonly again: string
}

/** Returns the result of a search: it passes when it has found one patch. Each kernel is a test point. */
export function outcomeOf(
  finding: Finding,
  steps: readonly Step[],
  { ends, states, again }: Question,
): Pick<TestFinished, 'title' | 'verdict' | 'diagnostic' | 'points'> {
  const points = steps.map(({ applied, mark, message }) => {
    const name = `${kernelName(applied, states)}: ${mark}: ${message}`
    return mark === 'skip' ? { ok: true, name, directive: 'SKIP' as const, reason: message } : { ok: true, name }
  })
  const explanation = explain(finding, ends, steps, states)
  if (explanation === undefined) {
    const patch = finding.kind === 'found' ? states.patches[finding.patch - 1] : undefined
    return { title: patch === undefined ? 'unknown' : titleOf(patch), verdict: 'PASS', points }
  }
  const { message, hint } = explanation
  const diagnostic = { message, rules: [], operations: [], output: [`next step: ${hint}`], console: [], again }
  return { title: 'not found', verdict: 'FAIL', points, diagnostic }
}

function titleOf(patch: Patch): string {
  return `${patch.name}: ${subjectOf(patch)}`
}

/**
 * Returns the lines about the patch that was found, or about those among which it is: the name and the diff stat of each. Of
 * two versions, a file in `directory` has what changed in the patch that was found.
 */
export async function foundLines(
  finding: Finding,
  { patches, versions, earlier = '' }: SearchedStates,
  { signal }: CommandContext,
  directory: string,
): Promise<string[]> {
  const numbers = finding.kind === 'found' ? [finding.patch] : finding.kind === 'among' ? finding.patches : []
  const lines: string[] = []
  for (const number of numbers) {
    const patch = patches[number - 1]
    if (patch === undefined) continue
    lines.push(`${numbers.length === 1 ? 'the first bad patch is' : 'it may be'} ${titleOf(patch)}`)
    lines.push(...(await diffStat(patch, signal)))
    if (versions === undefined) continue
    if (numbers.length === 1) {
      lines.push(await changeLine(patch, counterpartOf(number, versions), { earlier, directory, signal }))
    }
    lines.push(...droppedWith(number, versions).map((gone) => `with it, ${titleOf(gone)} of ${earlier} is gone`))
  }
  return lines
}

interface Change {
  readonly earlier: string
  readonly directory: string
  readonly signal: AbortSignal
}

async function changeLine(
  patch: Patch,
  before: Patch | undefined,
  { earlier, directory, signal }: Change,
): Promise<string> {
  if (before === undefined) return `${earlier} has no such patch`
  const file = path.join(directory, 'version.diff')
  const change = await changeOfPatch(before, patch, signal)
  if (change === '') return `it is the same as ${before.name} of ${earlier}`
  await writeFile(file, change, 'latin1')
  return `what it changes in ${before.name} of ${earlier} is in ${file}`
}

/** Returns the states of a series for the log: commits, or patch ids where there are no commits. */
export async function statesOf(
  { patches, earlier }: SearchedStates,
  { signal }: CommandContext,
): Promise<SeriesState[]> {
  const ids = await patchIds(patches, { signal })
  // The kernels between two versions are the trees of no commit.
  const isTree = earlier === undefined
  const states = patches.map((patch, index) => {
    const { how } = patch
    return { id: how.kind === 'commit' && isTree ? how.commit : (ids[index] ?? ''), subject: subjectOf(patch) }
  })
  const [first] = patches
  const source = first?.how.kind === 'commit' && isTree ? `${first.how.commit}~1` : 'source'
  return [{ id: source, subject: earlier ?? 'the source without patches' }, ...states]
}

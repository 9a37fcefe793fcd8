// The result of a search as a test of a run, and as lines for a person.
import type { SeriesState } from '../../campaigns/bisect/bisect-log.ts'
import { explain, kernelName } from '../../campaigns/bisect/explain-finding.ts'
import type { Finding } from '../../campaigns/bisect/find-patch.ts'
import type { Step } from '../../campaigns/bisect/tried-kernel.ts'
import type { Ends } from '../../campaigns/bisect/search.ts'
import { patchIds } from '../../kernel/series/apply.ts'
import { diffStat } from '../../kernel/series/diff-stat.ts'
import type { Patch } from '../../kernel/series/patch.ts'
import type { TestFinished } from '../../report/events.ts'
import type { CommandContext } from '../command-context.ts'
import { subjectOf } from './series-job.ts'

interface Question {
  readonly ends: Ends
  readonly patches: readonly Patch[]
  /** The command line of the same search. */
  readonly again: string
}

/** Returns the result of a search: it passes when it has found one patch. Each kernel is a test point. */
export function outcomeOf(
  finding: Finding,
  steps: readonly Step[],
  { ends, patches, again }: Question,
): Pick<TestFinished, 'title' | 'verdict' | 'diagnostic' | 'points'> {
  const points = steps.map(({ applied, mark, message }) => {
    const name = `${kernelName(applied, patches)}: ${mark}: ${message}`
    return mark === 'skip' ? { ok: true, name, directive: 'SKIP' as const, reason: message } : { ok: true, name }
  })
  const explanation = explain(finding, ends, steps, patches)
  if (explanation === undefined) {
    const patch = finding.kind === 'found' ? patches[finding.patch - 1] : undefined
    return { title: patch === undefined ? 'unknown' : titleOf(patch), verdict: 'PASS', points }
  }
  const { message, hint } = explanation
  const diagnostic = { message, rules: [], operations: [], output: [`next step: ${hint}`], console: [], again }
  return { title: 'not found', verdict: 'FAIL', points, diagnostic }
}

function titleOf(patch: Patch): string {
  return `${patch.name}: ${subjectOf(patch)}`
}

/** Returns the lines about the patch that was found, or about those among which it is: the name and the diff stat of each. */
export async function foundLines(
  finding: Finding,
  patches: readonly Patch[],
  { signal }: CommandContext,
): Promise<string[]> {
  const numbers = finding.kind === 'found' ? [finding.patch] : finding.kind === 'among' ? finding.patches : []
  const lines: string[] = []
  for (const number of numbers) {
    const patch = patches[number - 1]
    if (patch === undefined) continue
    lines.push(`${numbers.length === 1 ? 'the first bad patch is' : 'it may be'} ${titleOf(patch)}`)
    lines.push(...(await diffStat(patch, signal)))
  }
  return lines
}

/** Returns the states of a series for the log: commits, or patch ids where there are no commits. */
export async function statesOf(patches: readonly Patch[], { signal }: CommandContext): Promise<SeriesState[]> {
  const ids = await patchIds(patches, { signal })
  const states = patches.map((patch, index) => {
    const { how } = patch
    return { id: how.kind === 'commit' ? how.commit : (ids[index] ?? ''), subject: subjectOf(patch) }
  })
  const [first] = patches
  const source = first?.how.kind === 'commit' ? `${first.how.commit}~1` : 'source'
  return [{ id: source, subject: 'the source without patches' }, ...states]
}

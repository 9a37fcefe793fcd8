// The log of a search, in the form of `git bisect log`.
import type { Finding } from './find-patch.ts'
import type { Step } from './tried-kernel.ts'

/** A state of the series: its source, or the state after one of its patches. */
export interface SeriesState {
  /** The commit, or the patch id of a patch that is in no repository. */
  readonly id: string
  readonly subject: string
}

/**
 * Renders the steps. `states` has the source, or the earlier version of the series, and then each patch. `git bisect replay`
 * reads the log of a series that is a range of commits; other series, and the states between two versions, have no commits, so
 * their log names patch ids.
 */
export function bisectLog(
  steps: readonly Step[],
  states: readonly SeriesState[],
  finding: Finding | undefined,
): string {
  const lineOf = (applied: number): string => {
    const { id, subject } = states[applied] ?? { id: '?', subject: '?' }
    return `[${id}] ${subject}`
  }
  const lines = steps.flatMap(({ applied, mark, message }) => [
    `# ${mark}: ${lineOf(applied)}`,
    `#   with ${applied} of ${states.length - 1} patches: ${message.replaceAll(/\s+/g, ' ')}`,
    `git bisect ${mark} ${states[applied]?.id ?? '?'}`,
  ])
  return [`git bisect start`, ...lines, ...endOf(finding, lineOf), ''].join('\n')
}

function endOf(finding: Finding | undefined, lineOf: (applied: number) => string): string[] {
  if (finding?.kind === 'found') return [`# first bad commit: ${lineOf(finding.patch)}`]
  if (finding?.kind !== 'among') return []
  return [
    '# only skipped commits left to test; the first bad commit could be any of:',
    ...finding.patches.map((patch) => `# possible first bad commit: ${lineOf(patch)}`),
  ]
}

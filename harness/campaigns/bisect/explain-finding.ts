// Says what the end of a search means, and the next step.
import type { Ends } from './search.ts'
import type { Finding } from './find-patch.ts'
import type { Step } from './tried-kernel.ts'

/** A patch of the series, as messages name it. */
export interface NamedPatch {
  readonly name: string
  readonly subject: string
}

/** The kernels of a search, as messages name them. */
export interface NamedStates {
  readonly patches: readonly NamedPatch[]
  /** Present when the rest of an earlier version of the series follows the first patches: where that version is. */
  readonly earlier?: string | undefined
}

/** The meaning of a finding that is no patch. */
export interface Explanation {
  readonly message: string
  readonly hint: string
}

/** Names a kernel by its patches: `11 of 22 patches (up to 0011-x.patch)`, and the rest of an earlier version. */
export function kernelName(applied: number, { patches, earlier }: NamedStates): string {
  const last = patches[applied - 1]
  const first = `${applied} of ${patches.length} patches${last === undefined ? '' : ` (up to ${last.name})`}`
  return earlier === undefined || applied === patches.length ? first : `${first} and the rest of ${earlier}`
}

/** Explains the end of a search that has not found one patch; undefined when it has. */
export function explain(
  finding: Finding,
  ends: Ends,
  steps: readonly Step[],
  states: NamedStates,
): Explanation | undefined {
  const { patches, earlier } = states
  const at = (applied: number): string => kernelName(applied, states)
  const why = (applied: number): string => steps.find((step) => step.applied === applied)?.message ?? 'unknown'
  switch (finding.kind) {
    case 'found':
      return undefined
    case 'among': {
      const [first = 1] = finding.patches
      const names = finding.patches.map((patch) => patches[patch - 1]?.name ?? String(patch)).join(', ')
      return {
        message: `the first bad patch is one of ${names}: the kernels between them could not be tested`,
        hint: `with ${at(first)}: ${why(first)}`,
      }
    }
    case 'swapped': {
      return {
        message: `good and bad are swapped: the kernel with ${at(ends.good)} is bad, the one with ${at(ends.bad)} is good`,
        hint:
          earlier === undefined
            ? 'name as --bad a state in which the test fails, and as --good an earlier one in which it passes'
            : 'exchange the two versions of the series',
      }
    }
    case 'not-reproduced':
      return {
        message: `the bug does not reproduce: the kernel with ${at(ends.bad)} is good`,
        hint: 'a bug that shows only sometimes needs more runs of each kernel: --runs 1000, or a command of --exec that tries more often',
      }
    case 'good-is-bad':
      return {
        message: `no kernel from ${at(ends.good)} on is good: ${why(ends.good)}`,
        hint:
          earlier === undefined
            ? `name an earlier state as --good: fewer patches than ${ends.good}, or another source`
            : 'both versions have the bug: name a version without it, or search in one of them with --good',
      }
    case 'end-skipped': {
      const option = endOption(finding.applied === ends.bad ? 'bad' : 'good', earlier)
      return {
        message: `the kernel with ${at(finding.applied)} has no result: ${why(finding.applied)}`,
        hint: `name another ${option}: with it, the kernel must build and boot, and have what the test requires`,
      }
    }
    default:
      return finding satisfies never
  }
}

/** The word of the command line that names an end. */
function endOption(end: 'good' | 'bad', earlier: string | undefined): string {
  if (earlier === undefined) return `--${end}`
  return end === 'good' ? '--good-series' : '--kernel'
}

// From what happened in a scenario's window to its verdict: a table, no guesses.
import { DeadlineExceeded } from '../base/deadline.ts'
import { GmemtestError, messageOf } from '../base/errors.ts'
import type { Fault } from '../base/errors.ts'
import type { Verdict } from '../report/events.ts'
import type { Splat } from '../console/find-splats.ts'
import { describeDeath } from '../vm/vm.ts'
import type { VmDeath } from '../vm/vm.ts'
import { CheckFailure } from '../vocabulary/check.ts'
import type { Hang } from './hang.ts'

/** What is known when a scenario is over. */
export interface Happening {
  /** What the scenario threw; missing when it ran to its end. */
  readonly thrown?: { readonly value: unknown }
  /** How the virtual machine died, if it did. */
  readonly death?: VmDeath
  /** Why there was no answer, if what was thrown only says that there was none. */
  readonly hang?: Hang
  /** Whether everything could be closed after it. */
  readonly recovered: boolean
  /** What the kernel complained about in the scenario's window. */
  readonly splats: readonly Splat[]
  /** How many lines of that window were forgotten before anybody looked at them. */
  readonly unseen: number
  /** What it complained about before that, when no scenario was running. */
  readonly earlierSplats: readonly Splat[]
  /** Counters that are not what they were when everything is closed. */
  readonly leaks: readonly string[]
  /** What the kernel logged as a warning or worse, and the scenario did not expect. */
  readonly warnings: readonly string[]
}

export interface Judgement {
  readonly verdict: Exclude<Verdict, 'SKIP'>
  /** Why, in one sentence; empty with PASS. */
  readonly message: string
  /** Whether the virtual machine may be used for the next scenario. */
  readonly instanceUsable: boolean
  /** What failed it happened before it began. */
  readonly beforehand?: true
}

/** The verdict. First match wins; the kernel's own words come before what the scenario noticed. */
export function judge(happening: Happening): Judgement {
  const { thrown, death, hang, splats, recovered } = happening
  const [splat] = splats
  if (splat !== undefined) {
    const more = splats.length > 1 ? ` (and ${splats.length - 1} more)` : ''
    return lost('FAIL', `the kernel complained: ${splat.said}${more}`)
  }
  if (death !== undefined) return lost(verdictByDeath[death.kind], describeDeath(death))
  if (hang !== undefined) return lost(hang.verdict, `${messageOf(thrown?.value)}; ${hang.summary}`)
  if (happening.unseen > 0) {
    const many = `${happening.unseen} lines of the console`
    return lost('ERROR', `${many} were forgotten before anybody looked at them: there were too many`)
  }
  // What has leaked would be missing in the next scenario.
  const instanceUsable = recovered && happening.leaks.length === 0
  if (thrown !== undefined) return { ...judgeError(thrown.value), instanceUsable }
  return { ...judgeRest(happening), instanceUsable }
}

/** What is wrong though the scenario ran to its end. */
function judgeRest({ leaks, warnings, earlierSplats }: Happening): Omit<Judgement, 'instanceUsable'> {
  if (leaks.length > 0) return { verdict: 'FAIL', message: `something was left behind: ${leaks.join('; ')}` }
  const [warning] = warnings
  const more = warnings.length > 1 ? ` (and ${warnings.length - 1} more)` : ''
  if (warning !== undefined)
    return { verdict: 'FAIL', message: `the kernel logged a warning: ${warning}${more}` }
  const [earlier] = earlierSplats
  if (earlier === undefined) return { verdict: 'PASS', message: '' }
  const message = `the kernel complained before this scenario began: ${earlier.said}`
  return { verdict: 'FAIL', message, beforehand: true }
}

function judgeError(error: unknown): Omit<Judgement, 'instanceUsable'> {
  if (error instanceof CheckFailure) return { verdict: 'FAIL', message: error.message }
  if (error instanceof DeadlineExceeded) return { verdict: 'FAIL', message: error.message }
  if (!(error instanceof GmemtestError)) {
    return { verdict: 'ERROR', message: `the scenario itself is broken: ${messageOf(error)}` }
  }
  return { verdict: verdictByFault[error.fault], message: error.message }
}

const verdictByFault = {
  boot: 'FAIL',
  guest: 'FAIL',
  infra: 'MISS',
  usage: 'ERROR',
  build: 'ERROR',
  protocol: 'ERROR',
} as const satisfies Record<Fault, Verdict>

const verdictByDeath = {
  panic: 'FAIL',
  'guest-stopped': 'FAIL',
  'qemu-exited': 'MISS',
  'console-ended': 'MISS',
  'console-full': 'MISS',
  closed: 'ERROR',
} as const satisfies Record<VmDeath['kind'], Verdict>

function lost(verdict: Exclude<Verdict, 'SKIP'>, message: string): Judgement {
  return { verdict, message, instanceUsable: false }
}

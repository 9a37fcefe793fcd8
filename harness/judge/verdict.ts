// Derives the verdict of a test from its attempt: a table, no guesses.
import { DeadlineExceeded } from '../base/deadline.ts'
import { GmemtestError, messageOf, type Fault } from '../base/errors.ts'
import type { Splat } from '../console/splat.ts'
import type { Verdict } from '../report/events.ts'
import { CheckFailure } from '../base/check-failure.ts'
import { describeDeath, type VmDeath } from '../vm/vm.ts'
import type { Attempt } from './attempt.ts'
import { withLate, type Late } from './late.ts'
import type { JudgeFacts } from './facts.ts'

export interface Judgement {
  readonly verdict: Verdict
  /** The reason in one sentence; empty with PASS. */
  readonly message: string
  /** A further test may run in the instance. */
  readonly instanceUsable: boolean
  /** The cause of the failure lies before the beginning of the test. */
  readonly beforehand?: true
}

type SkipFacts = Pick<JudgeFacts, 'expectSkips' | 'kernel'>
type Judged = Omit<Judgement, 'instanceUsable'>

/**
 * Judges an attempt. The first match wins, and splats come before failed checks. A skip is a failure unless the kernel
 * definition expects it under the name of the test.
 */
export function judge(attempt: Attempt, name: string, facts: SkipFacts): Judgement {
  const { thrown, death, hang, splats, recovered, observation, unseen } = attempt
  const [splat] = splats
  if (splat !== undefined) return lost('FAIL', `kernel splat: ${splat.said}${more(splats)}`)
  if (death !== undefined) return lost(verdictByDeath[death.kind], describeDeath(death))
  if (hang !== undefined) return lost(hang.verdict, `${messageOf(thrown?.value)}; ${hang.summary}`)
  if (unseen > 0) {
    return lost('ERROR', `${unseen} lines of the console were lost before gmemtest read them: too many lines`)
  }
  // Leaked resources would be missing in the next test.
  const isClean = recovered && attempt.leaks.length === 0 && observation.isTainted !== true
  const problem = thrown ?? (observation.problem && { value: observation.problem })
  const judged = problem === undefined ? judgeRest(attempt, name, facts) : judgeError(problem.value)
  return { ...judged, instanceUsable: isClean }
}

/**
 * Judges an attempt together with what came out of its instance later. A failed check stays the reason of a failure, and
 * the message names the late splat as well.
 */
export function judgeLate(attempt: Attempt, late: Late, name: string, facts: SkipFacts): Judgement {
  const first = judge(attempt, name, facts)
  if (first.verdict !== 'FAIL') return judge(withLate(attempt, late), name, facts)
  const [splat] = late.splats
  return splat === undefined ? first : { ...first, message: `${first.message}; later kernel splat: ${splat.said}` }
}

/** Judges a test without a failed check or an error. */
function judgeRest(attempt: Attempt, name: string, facts: SkipFacts): Judged {
  const { leaks, warnings, earlier, observation } = attempt
  if (leaks.length > 0) return { verdict: 'FAIL', message: `leaked kernel resources: ${leaks.join('; ')}` }
  const [warning] = warnings
  if (warning !== undefined) {
    return { verdict: 'FAIL', message: `the kernel logged a warning: ${warning}${more(warnings)}` }
  }
  const [splat] = earlier.splats
  if (splat !== undefined) {
    return { verdict: 'FAIL', message: `kernel splat before this test began: ${splat.said}`, beforehand: true }
  }
  if (observation.skipped !== undefined) return skipped(`it was skipped: ${observation.skipped}`, [name], facts)
  return { verdict: 'PASS', message: '' }
}

/**
 * Returns SKIP when the definition of the kernel expects that each of `names`, capabilities or tests, is skipped; else FAIL.
 */
export function skipped(
  reason: string,
  names: readonly string[],
  { expectSkips, kernel }: SkipFacts,
): { readonly verdict: 'SKIP' | 'FAIL'; readonly message: string } {
  const unexpected = names.filter((name) => !expectSkips.includes(name))
  if (unexpected.length === 0) return { verdict: 'SKIP', message: reason }
  const message = `${reason}; the definition of ${kernel} does not expect that (expectSkips lacks ${unexpected.join(', ')})`
  return { verdict: 'FAIL', message }
}

/** Counts the other things; of a flood of splats, not all are known. */
function more(things: readonly (Splat | string)[]): string {
  const last = things.at(-1)
  if (typeof last === 'object' && last.kind === 'flood' && things.length > 1) return ` (and ${last.said})`
  return things.length > 1 ? ` (and ${things.length - 1} more)` : ''
}

function judgeError(error: unknown): Judged {
  if (error instanceof CheckFailure || error instanceof DeadlineExceeded) {
    return { verdict: 'FAIL', message: error.message }
  }
  if (error instanceof GmemtestError) {
    return { verdict: verdictByFault[error.fault], message: error.message }
  }
  return { verdict: 'ERROR', message: `the test itself is broken: ${messageOf(error)}` }
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

function lost(verdict: Verdict, message: string): Judgement {
  return { verdict, message, instanceUsable: false }
}

/** Returns the verdict on a test that got no instance because of `error`. */
export function verdictOfRefusal(error: unknown): Verdict {
  return error instanceof GmemtestError ? verdictByRefusal[error.fault] : 'MISS'
}

const verdictByRefusal = {
  boot: 'FAIL',
  guest: 'MISS',
  infra: 'MISS',
  usage: 'ERROR',
  build: 'ERROR',
  protocol: 'ERROR',
} as const satisfies Record<Fault, Verdict>

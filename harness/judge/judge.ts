// From what happened to what is told of it: what a kernel may complain about is left out on the way.
import { dayOf, sift } from '../console/sift.ts'
import { withoutAllowed } from './without-allowed.ts'
import type { WithoutAllowed } from './without-allowed.ts'
import type { Attempt } from './attempt.ts'
import { diagnose } from './diagnostic.ts'
import type { NamedScenario } from '../suites/scenarios/load-scenarios.ts'
import type { Finished } from './not-run.ts'
import type { RunnerOptions } from '../run/run-options.ts'
import { isOfKernel } from './late.ts'
import type { Late } from './late.ts'
import { judge } from './verdict.ts'
import type { Judgement } from './verdict.ts'

/** A judgement, with what it is about. */
export type Judged = Judgement & { readonly result: Attempt & Pick<WithoutAllowed, 'allowed'> }

/** The judgement on an attempt; what the kernel may complain about does not count. */
export function judgeAttempt(result: Attempt, { allow = [] }: Pick<RunnerOptions, 'allow'>): Judged {
  const counted = { ...result, ...withoutAllowed(result, allow, dayOf(new Date())) }
  return { ...judge(counted), result: counted }
}

/** What is told of a scenario that was judged. */
export function finishedOf(
  scenario: NamedScenario,
  { result, verdict, message, beforehand }: Judged,
  options: Pick<RunnerOptions, 'again'>,
): Finished {
  const again = options.again(scenario.name)
  return {
    verdict,
    milliseconds: result.milliseconds,
    ...(beforehand === undefined ? {} : { beforehand }),
    ...(result.allowed.length === 0 ? {} : { allowed: result.allowed }),
    ...(verdict === 'PASS' ? {} : { diagnostic: diagnose(scenario, result, { message, again }) }),
  }
}

/** Whether a kernel that does this may run no further scenario. */
export function isDamage({ splats, death }: Late, { allow = [] }: Pick<RunnerOptions, 'allow'>): boolean {
  return sift(splats, allow, dayOf(new Date())).counted.length > 0 || isOfKernel(death)
}

/** What is the doing of the scenario before one that has not begun. */
export function lateIn({
  splats,
  earlierSplats,
  death,
}: Pick<Attempt, 'splats' | 'earlierSplats' | 'death'>): Late {
  return { splats: [...earlierSplats, ...splats], ...(death === undefined ? {} : { death }) }
}

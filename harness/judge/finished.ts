// Turns a judged attempt into the outcome of its test.
import type { Attempt } from './attempt.ts'
import { diagnose } from './diagnostic.ts'
import type { Finished, JudgeFacts } from './facts.ts'
import type { Subject } from './subject.ts'
import type { Judgement } from './verdict.ts'

/** Returns the outcome of a test that was judged. */
export async function finishedOf(
  test: Subject,
  attempt: Attempt,
  { verdict, message, beforehand }: Judgement,
  { again, decode }: JudgeFacts,
): Promise<Finished> {
  const { milliseconds, observation } = attempt
  const allowed = [...attempt.earlier.allowed, ...attempt.allowed]
  const { points = [] } = observation
  const common = {
    milliseconds,
    ...(points.length === 0 ? {} : { points }),
    ...(beforehand === undefined ? {} : { beforehand }),
    ...(allowed.length === 0 ? {} : { allowed: allowed.map(({ note }) => note) }),
  }
  if (verdict === 'PASS') return { verdict, ...common }
  if (verdict === 'SKIP') return { verdict, ...common, reason: observation.skipped ?? message }
  const diagnostic = await diagnose(test, attempt, { message, again: again(test.name), decode })
  return { verdict, ...common, diagnostic }
}

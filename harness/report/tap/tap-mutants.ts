// The test points of a campaign of mutants in TAP 14.
import type { MutantEvent } from '../events/mutant-events.ts'
import { plainText } from '../plain.ts'
import type { TapOutput } from './tap-output.ts'

type ControlFinished = Extract<MutantEvent, { type: 'control-finished' }>
type MutantFinished = Extract<MutantEvent, { type: 'mutant-finished' }>

/** Writes the test point of a mutant: ok when a test has killed it. */
export async function writeMutant(tap: TapOutput, event: MutantFinished): Promise<void> {
  const { verdict, milliseconds, bug, killers } = event
  const description = `${event.name}: ${event.title}`
  if (verdict === 'KILLED' && killers.length > 0) {
    return tap.pass(`${description}; ${killedBy(event)}`, { milliseconds })
  }
  return tap.fail(description, {
    verdict,
    problem: plainText(event.reason ?? 'nothing killed it'),
    ...(bug === undefined ? {} : { bug: plainText(bug) }),
    patch: plainText(event.patch),
    scenarios_tried: event.tried,
    duration_ms: Math.round(milliseconds),
    again: plainText(event.again),
  })
}

/** Writes the test point of the control. */
export async function writeControl(tap: TapOutput, event: ControlFinished): Promise<void> {
  const { milliseconds, reason, tried } = event
  const description = 'control: the scenarios that killed pass on the kernel without a mutant'
  if (reason !== undefined) {
    return tap.fail(description, { problem: plainText(reason), duration_ms: Math.round(milliseconds) })
  }
  return tap.pass(description, tried === 0 ? { skip: 'no mutant was killed' } : { milliseconds })
}

/** Returns `killed by NAME in 3.2 s`, and how many other tests noticed the mutant, of how many. */
export function killedBy({ killers, tried }: Pick<MutantFinished, 'killers' | 'tried'>): string {
  const [first, ...others] = killers
  if (first === undefined) return 'not killed'
  const more = others.length === 0 ? '' : ` and ${others.length} more of ${tried}`
  return `killed by ${first.scenario} in ${(first.milliseconds / 1000).toFixed(1)} s${more}`
}

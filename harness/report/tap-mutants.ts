// The test points of a campaign of mutants in TAP 14.
import type { Minimal as TapStream } from 'tap'
import type { MutantEvent } from './events.ts'
import { plainText } from './plain.ts'

type ControlFinished = Extract<MutantEvent, { type: 'control-finished' }>
type MutantFinished = Extract<MutantEvent, { type: 'mutant-finished' }>

/** Writes the test point of a mutant: ok when a test has killed it. */
export function writeMutant(tap: TapStream, event: MutantFinished): void {
  const description = `${event.name}: ${plainText(event.title)}`
  const time = Math.max(1, Math.round(event.milliseconds))
  const [first] = event.killers
  if (event.verdict === 'KILLED' && first !== undefined) {
    tap.pass(`${description}; ${killedBy(event)}`, { time })
    return
  }
  tap.fail(description, {
    at: null,
    verdict: event.verdict,
    problem: plainText(event.reason ?? 'nothing killed it'),
    ...(event.bug === undefined ? {} : { bug: event.bug }),
    patch: event.patch,
    scenarios_tried: event.tried,
    duration_ms: time,
    again: event.again,
  })
}

/** Writes the test point of the control. */
export function writeControl(tap: TapStream, event: ControlFinished): void {
  const description = 'control: the scenarios that killed pass on the kernel without a mutant'
  const time = Math.max(1, Math.round(event.milliseconds))
  if (event.reason !== undefined) {
    tap.fail(description, { at: null, problem: plainText(event.reason), duration_ms: time })
  } else if (event.tried === 0) tap.pass(description, { skip: 'no mutant was killed' })
  else tap.pass(description, { time })
}

/** Returns `killed by NAME in 3.2 s`, and how many other tests noticed the mutant, of how many. */
function killedBy({ killers, tried }: Pick<MutantFinished, 'killers' | 'tried'>): string {
  const [first, ...others] = killers
  if (first === undefined) return 'not killed'
  const more = others.length === 0 ? '' : ` and ${others.length} more of ${tried}`
  return `killed by ${first.scenario} in ${(first.milliseconds / 1000).toFixed(1)} s${more}`
}

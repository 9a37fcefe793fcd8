// The TAP 14 sink of a trial of mutants: one test point a mutant, ok when a scenario has killed it, and the control.
import type { Writable } from 'node:stream'
import type { Minimal as TapStream } from 'tap'
import type { MutantEvent, RunEvent, Sink } from './events.ts'
import { plainText } from './plain.ts'
import { TapOutput } from './tap-output.ts'

type ControlFinished = Extract<MutantEvent, { type: 'control-finished' }>
type MutantFinished = Extract<MutantEvent, { type: 'mutant-finished' }>

/** Writes TAP 14 to `output`: one point a mutant, and one for the control. */
export function mutantsTapSink(output: Writable): Sink<RunEvent | MutantEvent> {
  const tap = new TapOutput(output)
  return {
    async write(event) {
      tap.check()
      switch (event.type) {
        case 'mutants-started':
          // One more for the control.
          tap.plan(event.mutants.length + 1)
          await tap.open()
          return
        case 'mutant-finished':
          writePoint(await tap.point(), event)
          return
        case 'control-finished':
          writeControl(await tap.point(), event)
          return
        case 'mutants-finished':
          await tap.finish('mutants', event.aborted === undefined ? undefined : plainText(event.aborted))
          return
        // What becomes of single scenarios is in results.jsonl.
        case 'mutant-started':
        case 'control-started':
        case 'run-started':
        case 'kernel-ready':
        case 'vm-ready':
        case 'vm-lost':
        case 'scenario-started':
        case 'scenario-retried':
        case 'scenario-finished':
        case 'run-finished':
          return
        default:
          event satisfies never
      }
    },
    close: () => tap.close(),
  }
}

function writePoint(tap: TapStream, event: MutantFinished): void {
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

function writeControl(tap: TapStream, event: ControlFinished): void {
  const description = 'control: what has killed passes on the kernel without a mutant'
  const time = Math.max(1, Math.round(event.milliseconds))
  if (event.reason !== undefined) {
    tap.fail(description, { at: null, problem: plainText(event.reason), duration_ms: time })
  } else if (event.tried === 0) tap.pass(description, { skip: 'nothing has killed' })
  else tap.pass(description, { time })
}

/** `killed by NAME in 3.2 s`, and how many others of how many, if others were tried. */
export function killedBy({ killers, tried }: Pick<MutantFinished, 'killers' | 'tried'>): string {
  const [first, ...others] = killers
  if (first === undefined) return 'not killed'
  const more = others.length === 0 ? '' : ` and ${others.length} more of ${tried}`
  return `killed by ${first.scenario} in ${(first.milliseconds / 1000).toFixed(1)} s${more}`
}

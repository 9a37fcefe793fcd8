// The TAP 14 sink: one test point a scenario, written the moment that it ends, by the tap package itself.
import type { Writable } from 'node:stream'
import type { Minimal as TapStream } from 'tap'
import type { RunEvent, Sink } from './events.ts'
import { differenceOf } from './difference.ts'
import { plainText, plainValue } from './plain.ts'
import { TapOutput } from './tap-output.ts'

type ScenarioFinished = Extract<RunEvent, { type: 'scenario-finished' }>

/** Writes TAP 14 to `output`, one point a scenario. */
export function tapSink(output: Writable): Sink {
  const tap = new TapOutput(output)
  return {
    async write(event) {
      tap.check()
      switch (event.type) {
        case 'run-started':
          tap.plan(event.scenarios.length)
          return
        case 'scenario-finished':
          if (event.points !== undefined && event.points.length > 0) {
            await tap.subtest(descriptionOf(event), event.points)
          }
          writePoint(await tap.point(), event)
          return
        case 'run-finished':
          await tap.finish('scenarios', event.aborted === undefined ? undefined : plainText(event.aborted))
          return
        case 'vm-ready':
          await tap.open()
          return
        case 'kernel-ready':
        case 'vm-lost':
        case 'scenario-started':
        case 'scenario-retried':
          return
        default:
          event satisfies never
      }
    },
    close: () => tap.close(),
  }
}

/** A program of somebody else's has no title. */
function descriptionOf({ name, title }: ScenarioFinished): string {
  return title === '' ? name : `${name}: ${plainText(title)}`
}

function writePoint(tap: TapStream, event: ScenarioFinished): void {
  const description = descriptionOf(event)
  const time = Math.max(1, Math.round(event.milliseconds))
  for (const text of event.allowed ?? []) tap.comment(`${event.name}: ${plainText(text)}`)
  // A point that is ok has no YAML block.
  const isOk = event.verdict === 'PASS' || event.verdict === 'SKIP'
  if (isOk && event.retried !== undefined) tap.comment(secondTry(event.name, event.retried))
  switch (event.verdict) {
    case 'PASS':
      tap.pass(description, { time })
      return
    case 'SKIP':
      tap.pass(description, { skip: plainText(event.reason ?? 'no reason was given') })
      return
    case 'FAIL':
    case 'ERROR':
    case 'MISS':
      tap.fail(description, diagnosticFields(event))
      return
    default:
      event.verdict satisfies never
  }
}

function secondTry(name: string, reason: string): string {
  return `${name} is tried a second time, the first one was in vain: ${plainText(reason)}`
}

/** The fields of the YAML block; `at` is never left to tap, which would name this file. */
function diagnosticFields({
  verdict,
  milliseconds,
  diagnostic,
  retried,
}: ScenarioFinished): Record<string, unknown> {
  if (diagnostic === undefined) return { at: null, verdict }
  const values =
    'wanted' in diagnostic || 'found' in diagnostic
      ? {
          wanted: plainValue(diagnostic.wanted),
          found: plainValue(diagnostic.found),
          // With a diff of ours, tap keeps wanted and found instead of replacing them by its own.
          diff: differenceOf(diagnostic.wanted, diagnostic.found),
        }
      : {}
  const { output } = diagnostic
  return {
    at: diagnostic.at ?? null,
    verdict,
    // tap removes a field called `message`.
    problem: plainText(diagnostic.message),
    ...(retried === undefined ? {} : { first_try: plainText(retried) }),
    ...(output === undefined
      ? { rules: [...diagnostic.rules], operation: diagnostic.operations.at(-1) ?? 'none' }
      : {}),
    ...values,
    // What a scenario has done; programs of others say it themselves.
    ...(output === undefined
      ? { operations: diagnostic.operations.map(plainText) }
      : { output: output.map(plainText) }),
    ...(diagnostic.seen === undefined ? {} : { seen: diagnostic.seen.map(plainText) }),
    ...(diagnostic.trace === undefined ? {} : { trace: diagnostic.trace.map(plainText) }),
    ...(diagnostic.vmcore === undefined ? {} : { vmcore: plainText(diagnostic.vmcore) }),
    console: diagnostic.console.map(plainText),
    duration_ms: Math.round(milliseconds),
    again: diagnostic.again,
  }
}

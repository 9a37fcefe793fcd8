// The TAP 14 sink: one test point a scenario, written the moment that it ends, by the tap package itself.
import type { Writable } from 'node:stream'
import type { Minimal as TapStream } from 'tap'
import type { Diagnostic, RunEvent, Sink, Verdict } from '../project/events.ts'
import { differenceOf } from './difference.ts'
import { plainText, plainValue } from './plain.ts'

type ScenarioFinished = Extract<RunEvent, { type: 'scenario-finished' }>

/**
 * Loads the tap package, which takes a tenth of a second: call it early, while something slow runs elsewhere.
 * Importing it starts tap's own root test, whose timeout would write a failure and then end this process with SIGALRM
 * after half a minute. That timer is taken away, unless this process is a test of tap's.
 */
export async function loadTap(): Promise<{ readonly Minimal: typeof TapStream }> {
  const { Minimal, t: root } = await import('tap')
  if (!root.registered) root.setTimeout(0)
  return { Minimal }
}

/** Writes TAP 14 to `output`. The plan comes first, so a run that stops early never looks complete. */
export function tapSink(output: Writable): Sink {
  let stream: TapStream | undefined
  let broken: Error | undefined
  let planned = 0
  let written = 0

  // Opened by the first event that prints something, not by the plan: loading tap must not hold up the boot.
  async function open(): Promise<TapStream> {
    if (stream === undefined) {
      const { Minimal } = await loadTap()
      stream = new Minimal({ name: 'gmemtest', strict: true })
      stream.on('data', (chunk: string) => output.write(chunk))
      // A plan of no points ends the stream, so it says why.
      if (planned === 0) stream.plan(0, 'no scenario')
      else stream.plan(planned)
    }
    return stream
  }

  output.on('error', (error: Error) => {
    broken ??= error
  })

  return {
    async write(event) {
      if (broken !== undefined) throw broken
      switch (event.type) {
        case 'run-started':
          planned = event.scenarios.length
          return
        case 'scenario-finished':
          written += 1
          writePoint(await open(), event)
          return
        case 'run-finished':
          if (event.aborted !== undefined) (await open()).bailout(plainText(event.aborted))
          else if (written < planned)
            (await open()).bailout(`only ${written} of ${planned} scenarios have a result`)
          return
        case 'vm-ready':
          await open()
          return
        case 'kernel-ready':
        case 'vm-lost':
        case 'scenario-started':
          return
        default:
          event satisfies never
      }
    },
    async close() {
      if (stream !== undefined && written === planned) stream.end()
      await new Promise<void>((resolve, reject) => {
        output.write('', (error) => (error ? reject(error) : resolve()))
      })
    },
  }
}

function writePoint(tap: TapStream, event: ScenarioFinished): void {
  const description = `${event.name}: ${plainText(event.title)}`
  const time = Math.max(1, Math.round(event.milliseconds))
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
      tap.fail(description, diagnosticFields(event.verdict, event.milliseconds, event.diagnostic))
      return
    default:
      event.verdict satisfies never
  }
}

/** The fields of the YAML block; `at` is never left to tap, which would name this file. */
function diagnosticFields(
  verdict: Verdict,
  milliseconds: number,
  diagnostic: Diagnostic | undefined,
): Record<string, unknown> {
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
  return {
    at: diagnostic.at ?? null,
    verdict,
    // tap removes a field called `message`.
    problem: plainText(diagnostic.message),
    rules: [...diagnostic.rules],
    operation: diagnostic.operations.at(-1) ?? 'none',
    ...values,
    operations: diagnostic.operations.map(plainText),
    console: diagnostic.console.map(plainText),
    duration_ms: Math.round(milliseconds),
    again: diagnostic.again,
  }
}

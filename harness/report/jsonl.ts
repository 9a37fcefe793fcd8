// The events as one JSON object a line, written before the next test begins.
import type { ReportEvent } from './events.ts'
import type { SinkFactory } from './sinks.ts'
import { Output } from './output.ts'
import { plainValue, visibleJson } from './plain.ts'

/** The number of lines of a run that is over which may wait in memory. */
const linesAtOnce = 500

/** Writes every event as a line of JSON. */
export const jsonLinesSink: SinkFactory = (stream, { isStored = false }) => {
  const output = new Output(stream)
  const pause = isStored ? linesAtOnce : 1
  let lines = 0
  async function writeLine(line: string): Promise<void> {
    output.check()
    output.write(`${line}\n`)
    lines += 1
    if (lines % pause === 0) await output.flushed()
  }
  return {
    write: (event) => writeLine(lineOf(event)),
    writeUnknown: (line) => writeLine(visibleJson(line)),
    close: () => output.flushed(),
  }
}

/** Returns an event as a line of JSON; an event without a time gets `now`. */
export function lineOf(event: ReportEvent, now: Date = new Date()): string {
  const stamped = { time: now.toISOString(), ...event }
  // Other events have no values of a test, and JSON is faster without a function.
  return visibleJson('diagnostic' in stamped ? JSON.stringify(stamped, plainChecks) : JSON.stringify(stamped))
}

function plainChecks(key: string, value: unknown): unknown {
  return key === 'wanted' || key === 'found' ? plainValue(value) : value
}

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
  const most = isStored ? linesAtOnce : 1
  let waiting: string[] = []
  async function flush(): Promise<void> {
    output.write(waiting.join(''))
    waiting = []
    await output.flushed()
  }
  function writeLine(line: string): void | Promise<void> {
    output.check()
    waiting.push(`${line}\n`)
    return waiting.length >= most ? flush() : undefined
  }
  return {
    write: (event) => writeLine(lineOf(event)),
    writeUnknown: (line) => writeLine(visibleJson(line)),
    close: flush,
  }
}

/**
 * Returns an event as a line of JSON, which begins with the time, so that also a cut line is known as one of gmemtest; an
 * event without a time gets the present one.
 */
export function lineOf(event: ReportEvent): string {
  const stamped = { time: event.time ?? new Date().toISOString(), ...event }
  // Other events have no values of a test, and JSON is faster without a function.
  return visibleJson('diagnostic' in stamped ? JSON.stringify(stamped, plainChecks) : JSON.stringify(stamped))
}

function plainChecks(key: string, value: unknown): unknown {
  return key === 'wanted' || key === 'found' ? plainValue(value) : value
}

// The events as one JSON object a line, written before the next test begins.
import type { ReportEvent, SinkFactory } from './events.ts'
import { Output } from './output.ts'
import { plainValue, visibleJson } from './plain.ts'

/** Writes every event as a line of JSON. */
export const jsonLinesSink: SinkFactory = (stream) => {
  const output = new Output(stream)
  return {
    async write(event) {
      output.check()
      output.write(`${lineOf(event)}\n`)
      await output.flushed()
    },
    async writeUnknown(line) {
      output.check()
      output.write(`${visibleJson(line)}\n`)
      await output.flushed()
    },
    close: () => output.flushed(),
  }
}

/** Returns an event as a line of JSON; an event without a time gets `now`. */
export function lineOf(event: ReportEvent, now: Date = new Date()): string {
  const json = JSON.stringify({ time: now.toISOString(), ...event }, (key, value: unknown): unknown =>
    key === 'wanted' || key === 'found' ? plainValue(value) : value,
  )
  return visibleJson(json)
}

// The event stream as it is, one JSON object a line, on the disk before the next scenario begins.
import { open } from 'node:fs/promises'
import type { MutantEvent, RunEvent, Sink } from './events.ts'
import { plainValue } from './plain.ts'

/**
 * Appends every event to a file.
 * @throws the error of the file system when the file cannot be made
 */
export async function jsonLinesSink(file: string): Promise<Sink<RunEvent | MutantEvent>> {
  const handle = await open(file, 'w')
  return {
    async write(event) {
      await handle.writeFile(`${lineOf(event)}\n`)
    },
    async close() {
      await handle.close()
    },
  }
}

/** One event as a line of JSON, with the moment at which it was written unless it has one of its own. */
export function lineOf(event: RunEvent | MutantEvent, now: Date = new Date()): string {
  const readable =
    event.type === 'scenario-finished' && event.diagnostic !== undefined
      ? {
          ...event,
          diagnostic: {
            ...event.diagnostic,
            ...('wanted' in event.diagnostic ? { wanted: plainValue(event.diagnostic.wanted) } : {}),
            ...('found' in event.diagnostic ? { found: plainValue(event.diagnostic.found) } : {}),
          },
        }
      : event
  return JSON.stringify({ time: now.toISOString(), ...readable })
}

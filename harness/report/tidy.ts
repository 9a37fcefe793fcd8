// Makes an event fit for formats that keep all of a run until its end: short texts without hidden characters.
import type { ReportEvent } from './events.ts'
import { plainText, plainValue, visibleValue } from './plain.ts'
import { faultOfEvent, isEvent } from './stored/event-schema.ts'

/** The most characters of a text: a console can have a line of megabytes, and results.jsonl has all of it. */
const longestText = 4000

/** Cuts a text to `most` UTF-16 units, without half of a surrogate pair; the last character shows the cut. */
export function shortened(text: string, most: number = longestText): string {
  if (text.length <= most) return text
  const kept = text.slice(0, most - 1)
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`
}

/** Returns an event whose texts are short, one line each, and plain; only the values of a check keep their line feeds. */
export function tidied(event: ReportEvent): ReportEvent {
  const tidy = tidyValue(event)
  if (!isEvent(tidy)) throw new TypeError(`${event.type} does not fit the schema of events: ${faultOfEvent(tidy)}`)
  return tidy
}

function tidyValue(value: unknown): unknown {
  if (typeof value === 'string') return shortened(plainText(shortened(value)))
  if (Array.isArray(value)) return value.map(tidyValue)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, part]): [string, unknown] => {
    const name = shortened(plainText(shortened(key)))
    return [name, key === 'wanted' || key === 'found' ? checkedValue(part) : tidyValue(part)]
  })
  return Object.fromEntries(entries)
}

/** Returns a value of a check; a large one becomes a text. */
function checkedValue(value: unknown): unknown {
  const plain = plainValue(value)
  const text = typeof plain === 'string' ? plain : JSON.stringify(plain)
  if (text.length > longestText) return visibleValue(shortened(text))
  return visibleValue(plain)
}

// Makes text and values of a kernel or a test fit for reports: no control characters, no cycles, no bigints.
import { inspect, stripVTControlCharacters } from 'node:util'

/** Returns a text as one line without escape sequences and control characters. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trimEnd()
}

/** Returns a value that JSON and YAML can hold: other values become text. */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'string') return stripVTControlCharacters(value)
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return value
  return typeof value === 'object' ? plainObject(value) : inspect(value)
}

function plainObject(value: object): unknown {
  try {
    const copy: unknown = JSON.parse(
      JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? inspect(part) : part)),
    )
    return copy
  } catch {
    // A cycle.
    return inspect(value, { depth: 3 })
  }
}

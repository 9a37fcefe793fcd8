// Text and values from a kernel or a scenario, made fit for a report: no control characters, no cycles, no bigints.
import { inspect, stripVTControlCharacters } from 'node:util'

/** One line without escape sequences or control characters. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trimEnd()
}

/** A value that JSON and YAML can hold: what they cannot hold becomes text. */
export function plainValue(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return stripVTControlCharacters(value)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
      return value
    case 'object':
      return value === null ? value : plainObject(value)
    case 'bigint':
    case 'undefined':
    case 'function':
    case 'symbol':
      return inspect(value)
    default:
      return value
  }
}

function plainObject(value: object): unknown {
  try {
    const copy: unknown = JSON.parse(
      JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? inspect(part) : part)),
    )
    return copy
  } catch {
    // A cycle: say what inspect can say about it.
    return inspect(value, { depth: 3 })
  }
}

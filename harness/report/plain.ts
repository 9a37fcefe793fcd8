// Makes texts and values of a kernel or a test fit for the sinks; every sink writes them through a function of this file.
import { inspect } from 'node:util'
import { replaceHidden, visibleText } from '../base/visible-text.ts'

// NUL is the noise of serial lines.
// oxlint-disable-next-line no-control-regex
const blanks = /[\0\t\n\v\f\r]+/g

/** Returns a text as one line: tabs and line feeds are a blank, and other hidden characters are visible. */
export function plainText(text: string): string {
  return visibleText(text.replaceAll(blanks, ' ')).trimEnd()
}

/** Returns a value that JSON and YAML can hold: other values become text. */
export function plainValue(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value
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

/** Returns a plain value whose texts and keys have no hidden characters but line feeds and tabs. */
export function visibleValue(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value)
  if (Array.isArray(value)) return value.map(visibleValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [visibleText(key), visibleValue(part)]))
}

/** Returns JSON with escapes for hidden characters: each parser reads the same value, and no line breaks within a text. */
export function visibleJson(json: string): string {
  // Between texts, JSON that is indented has line feeds.
  return replaceHidden(json, (character) => (character === '\n' ? character : escapesOf(character)))
}

function escapesOf(character: string): string {
  // split('') gives code units, as JSON has them.
  return character
    .split('')
    .map((unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

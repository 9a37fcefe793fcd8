// The difference of two values as a few lines: `-` is the wanted value, `+` the value found.
import { inspect } from 'node:util'

function linesOf(value: unknown): string[] {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value]
  return parts.map((part) => (typeof part === 'string' ? part : inspect(part, { depth: 5, breakLength: Infinity })))
}

/** Returns the number of equal elements at the beginning of two lists. */
function equalAtStart(left: readonly string[], right: readonly string[]): number {
  const different = left.findIndex((line, index) => index >= right.length || line !== right[index])
  return different === -1 ? left.length : different
}

const mostLines = 40

/** Returns a short difference of two values. Lists are compared element by element without equal ends. Never empty. */
export function differenceOf(wanted: unknown, found: unknown): string {
  const left = linesOf(wanted)
  const right = linesOf(found)
  const head = equalAtStart(left, right)
  const tail = equalAtStart(left.slice(head).toReversed(), right.slice(head).toReversed())
  const different = [
    ...left.slice(head, left.length - tail).map((line) => `-${line}`),
    ...right.slice(head, right.length - tail).map((line) => `+${line}`),
  ]
  if (different.length === 0) return ' (no visible difference)\n'
  const shown = different.slice(0, mostLines)
  return [
    ...(head > 0 ? [` (${head} equal before)`] : []),
    ...shown,
    ...(different.length > shown.length ? [` (${different.length - shown.length} more)`] : []),
    ...(tail > 0 ? [` (${tail} equal after)`] : []),
    '',
  ].join('\n')
}

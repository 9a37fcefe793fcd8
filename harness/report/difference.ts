// The difference of two values as a few lines: `-` is the wanted value, `+` the value found.
import { inspect } from 'node:util'

function linesOf(value: unknown): string[] {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value]
  return parts.map((part) => (typeof part === 'string' ? part : inspect(part, { depth: 5, breakLength: Infinity })))
}

const mostLines = 40

/** Returns a short difference of two values. Lists are compared element by element without equal ends. Never empty. */
export function differenceOf(wanted: unknown, found: unknown): string {
  const left = linesOf(wanted)
  const right = linesOf(found)
  let head = 0
  while (head < left.length && head < right.length && left[head] === right[head]) head += 1
  let tail = 0
  while (
    tail < left.length - head &&
    tail < right.length - head &&
    left[left.length - 1 - tail] === right[right.length - 1 - tail]
  ) {
    tail += 1
  }
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

// The words for a value that does not fit its schema: the reader knows YAML, and neither JavaScript nor the schema library.
import type { z } from 'zod'

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: "a mapping of 'key: value'",
  record: "a mapping of 'key: value'",
}

/** Returns what a value must be, for mistakes to which the schema gives no words of its own. */
export function requirementOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return `must be ${kinds[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String).join(', ')
    return issue.values.length === 1 ? `must be ${values}` : `must be one of ${values}`
  }
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`
  if (issue.code !== 'too_small') return undefined
  return issue.origin === 'number' ? `must be at least ${issue.minimum}` : 'must not be empty'
}

/** Returns the name of a place in a file; entries of a list count from 1: `range in entry 2 of series`. */
export function nameOfPlace(place: readonly PropertyKey[]): string {
  return place.reduce<string>((around, key) => {
    if (typeof key === 'number') return around === '' ? `entry ${key + 1}` : `entry ${key + 1} of ${around}`
    if (around === '') return String(key)
    return around.startsWith('entry ') ? `${String(key)} in ${around}` : `${around}.${String(key)}`
  }, '')
}

const longestValue = 80

/** Returns the words for a value that was read: `'fast'`, `7`, `a list`, `nothing`. */
export function shownValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a mapping'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return 'nothing'
  const text = value.length > longestValue ? `${value.slice(0, longestValue)}…` : value
  return /\p{Cc}/u.test(text) ? JSON.stringify(text) : `'${text}'`
}

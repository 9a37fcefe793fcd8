// Checks YAML files of users against a schema, and names each mistake with file, line and column.
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { UsageError } from '../errors.ts'
import { nearest, tryNearest } from '../nearest.ts'
import { shownPath } from '../paths.ts'
import { nameOfPlace, requirementOf, shownValue } from './schema-words.ts'

/** A place in a document: the keys that lead to it, the outermost first. */
export type Place = readonly PropertyKey[]

/** A mistake in the file: its place, its message, and the next step. */
export interface Mistake {
  readonly at: Place
  /** The key at that place is the mistake, and not its value. */
  readonly isKey?: boolean
  readonly message: string
  readonly hint?: string
}

/** The required form of a file. */
export interface YamlShape<Value> {
  readonly schema: z.ZodType<Value>
  /** The code of the error. */
  readonly code: string
  /** The kind of file, for messages: `a kernel definition`. */
  readonly what: string
  /** Returns the keys that a place may have. */
  readonly keysAt: (place: Place) => readonly string[]
  /** Finds mistakes that the schema cannot express. */
  readonly mistakesIn?: (value: Value) => readonly Mistake[]
}

/**
 * Parses the text of a file and checks it.
 * @throws {UsageError} with the code of the shape, and file, line and column of each mistake
 */
export function readYaml<Value>(file: string, text: string, shape: YamlShape<Value>): Value {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  // An unknown tag would be read as if it were not there.
  const [syntax] = [...document.errors, ...document.warnings]
  if (syntax !== undefined) {
    const [summary = 'not YAML'] = syntax.message.split('\n')
    // The parser repeats the position at the end; the message has it in front, where editors look for it.
    const words = summary.replace(/ at line \d+, column \d+:$/, '')
    const hint = syntaxHints.find(([form]) => form.test(words))?.[1] ?? otherSyntax
    throw new UsageError(shape.code, `${placeOf(file, counter, syntax.pos[0])}: ${words}`, { hint })
  }
  const content = contentOf(document, file, shape.code)
  const result = shape.schema.safeParse(content, { error: requirementOf })
  // A mistyped key comes first: a missing key is then often the same mistake.
  const mistakes = (
    result.success
      ? [...(shape.mistakesIn?.(result.data) ?? [])]
      : result.error.issues.flatMap((issue) => mistakesOf(issue, document, content, shape))
  ).toSorted((left, right) => Number(right.isKey ?? false) - Number(left.isKey ?? false))
  const [first, ...others] = mistakes.map(
    (mistake) => `${placeOf(file, counter, offsetOf(document, mistake))}: ${mistake.message}`,
  )
  if (result.success && first === undefined) return result.data
  const hint = mistakes[0]?.hint
  throw new UsageError(shape.code, first ?? `${shownPath(file)} is not ${shape.what}`, { hint, tail: others })
}

const syntaxHints: readonly (readonly [message: RegExp, hint: string])[] = [
  [/nested mapping/i, "put a text with ': ' in it into quotes"],
  [/tabs/i, 'indent with blanks'],
  [/must be unique/i, 'remove one of the two'],
  [/multiple documents/i, "remove the line '---' and what follows it"],
  [/same column/i, 'indent the keys of one mapping by the same number of blanks'],
  [/block sequence may not/i, 'indent the entries of one list by the same number of blanks'],
  [/implicit (?:map )?keys?/i, "write 'key: value' on each line"],
  [/flow (?:map|sequence) in|unexpected flow-/i, "close each '[' with ']' and each '{' with '}'"],
  [/missing closing/i, 'close the text with the quote that begins it'],
  [/plain value/i, 'put the text into quotes'],
  [/tag/i, "remove the word that begins with '!'"],
]

const otherSyntax =
  'correct this line: a text with a special character needs quotes, and blanks indent a mapping or a list'

/** @throws {UsageError} with `code` for an alias without its anchor, and for aliases that multiply */
function contentOf(document: Document.Parsed, file: string, code: string): unknown {
  try {
    return document.toJS()
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause
    throw new UsageError(code, `${shownPath(file)}: ${cause.message}`, {
      cause,
      hint: 'write the value instead of *NAME',
    })
  }
}

/** Returns a place in the text of a file in the form of editors: `FILE:LINE:COLUMN`. */
export function placeInYaml(file: string, text: string, at: Place): string {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  return placeOf(file, counter, offsetOf(document, { at }))
}

function placeOf(file: string, counter: LineCounter, offset: number): string {
  const { line, col } = counter.linePos(offset)
  return `${shownPath(file)}:${line}:${col}`
}

function mistakesOf(
  issue: z.core.$ZodIssue,
  document: Document.Parsed,
  content: unknown,
  { keysAt, what }: Pick<YamlShape<unknown>, 'keysAt' | 'what'>,
): Mistake[] {
  const known = keysAt(issue.path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const hint = tryNearest(key, known, `the keys here are ${known.join(', ')}`)
      return { at: [...issue.path, key], isKey: true, message: `there is no key '${key}'`, hint }
    })
  }
  if (issue.path.length === 0) {
    const why = content === null ? 'it is empty' : issue.message.replace(/^must /, 'it must ')
    return [{ at: [], message: `this is not ${what}: ${why}`, hint: `the keys of ${what} are ${known.join(', ')}` }]
  }
  const name = nameOfPlace(issue.path)
  if (!document.hasIn(issue.path)) return [{ at: issue.path, message: `${name} is missing` }]
  const value = valueAt(content, issue.path)
  return [{ at: issue.path, message: `${name} ${issue.message}, got ${shownValue(value)}`, ...hintFor(issue, value) }]
}

/** Returns the next step for a value whose meaning is likely. */
function hintFor(issue: z.core.$ZodIssue, value: unknown): Pick<Mistake, 'hint'> {
  if (typeof value !== 'string') return {}
  if (issue.code === 'invalid_type' && issue.expected === 'array') return { hint: `write a list: [${value}]` }
  const [near] = issue.code === 'invalid_value' ? nearest(value, issue.values.map(String)) : []
  return near === undefined ? {} : { hint: `try '${near}'` }
}

function valueAt(content: unknown, place: Place): unknown {
  return place.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    content,
  )
}

/** Returns the offset of a mistake in the text; for a missing key, the offset of the nearest node around it. */
function offsetOf(document: Document.Parsed, mistake: Pick<Mistake, 'at' | 'isKey'>): number {
  for (let length = mistake.at.length; length > 0; length -= 1) {
    const place = mistake.at.slice(0, length)
    const parent = document.getIn(place.slice(0, -1), true)
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && item.key.value === place.at(-1))
      : undefined
    const node = pair !== undefined && mistake.isKey === true ? pair.key : document.getIn(place, true)
    const offset = rangeStart(node) ?? rangeStart(pair?.key)
    if (offset !== undefined) return offset
  }
  return document.contents?.range[0] ?? 0
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined
  const start: unknown = node.range[0]
  return typeof start === 'number' ? start : undefined
}

// Turns the fields of an operation into words and back, as the table in operations.ts says.
import { snakeCase, type Decoded, type Field, type Fields } from './fields.ts'
import { operations, type OperationName, type Request } from './operations.ts'
import { callResult } from './protocol.ts'

/** Each field is one 64-bit word. */
export const wordSize = 8

/** The bytes that the words of these fields take. */
export function sizeOfFields(fields: Fields): number {
  return Object.keys(fields).length * wordSize
}

function isInput(value: unknown): value is never {
  return value === undefined || ['number', 'bigint', 'boolean', 'string'].includes(typeof value)
}

/** The object that an earlier call of the same round made. */
export interface Made {
  readonly madeByCall: number
}

/** The request of a call, in which objects of earlier calls may stand for handles. */
export type CallRequest<Name extends OperationName> = {
  readonly [Key in keyof Request<Name>]: Request<Name>[Key] | Made
}

function isMade(value: unknown): value is Made {
  return typeof value === 'object' && value !== null && 'madeByCall' in value
}

/** The words of a request, in the order of the table. */
export function encodeRequest<Name extends OperationName>(name: Name, request: Request<Name>): bigint[] {
  return encodeCall(name, request)
}

/** The words of the request of a call of `repeat`. */
export function encodeCall<Name extends OperationName>(name: Name, request: CallRequest<Name>): bigint[] {
  return encodeFields(name, operations[name].request, request)
}

/** The words of some fields, in the order of the fields. `name` is what they belong to. */
export function encodeFields(name: string, fields: Fields, given: object): bigint[] {
  const values = new Map<string, unknown>(Object.entries(given))
  return Object.entries<Field<never, unknown>>(fields).map(([key, field]) => {
    const value = values.get(key)
    if (isMade(value)) return BigInt(callResult + value.madeByCall)
    if (!isInput(value)) throw new TypeError(`${name}: ${key} cannot be sent`)
    return field.encode(value)
  })
}

function hasFieldsOf<Of extends Fields>(fields: Of, value: Readonly<Record<string, unknown>>): value is Decoded<Of> {
  return Object.keys(fields).every((key) => Object.hasOwn(value, key))
}

/**
 * Reads one value a field, from words in the order of the fields.
 * @throws {FieldError} when a word is no possible value of its field
 */
export function decodeFields<Of extends Fields>(fields: Of, words: readonly bigint[]): Decoded<Of> {
  const decoded = Object.fromEntries(
    Object.entries(fields).map(([key, field], index) => [key, field.decode(words[index] ?? 0n)]),
  )
  if (!hasFieldsOf(fields, decoded)) throw new TypeError('a table of fields contradicts itself')
  return decoded
}

/** `convert(gmem#3, private, offset 0x2000, size 0x1000)` from the words of a request. */
export function showRequest(name: OperationName, words: readonly bigint[], note?: string): string {
  return `${name}(${[...showFields(operations[name].request, words), ...(note === undefined ? [] : [note])].join(', ')})`
}

/** The words of an answer that are not 0: `error_offset 0x2000`. */
export function showAnswer(name: OperationName, words: readonly bigint[]): string {
  const interesting = words.map((word) => (word === 0n ? undefined : word))
  return showFields(operations[name].answer, interesting).join(', ')
}

function showFields(fields: Fields, words: readonly (bigint | undefined)[]): string[] {
  return Object.entries(fields).flatMap(([key, field], index) => {
    const word = words[index]
    const text = word === undefined ? '' : field.show(snakeCase(key), word)
    return text === '' ? [] : [text]
  })
}

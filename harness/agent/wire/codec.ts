// Turns the fields of an operation into words and back, as the table in protocol.ts says.
import type { Field } from './fields.ts'
import { operations } from './operations.ts'
import type { Answer, OperationName, Request } from './operations.ts'

/** Each field is one 64-bit word. */
export const wordSize = 8

type Fields = Readonly<Record<string, Field<never, unknown>>>

/** The bytes that the words of these fields take. */
export function sizeOfFields(fields: Fields): number {
  return Object.keys(fields).length * wordSize
}

function isInput(value: unknown): value is never {
  return value === undefined || ['number', 'bigint', 'boolean', 'string'].includes(typeof value)
}

/** The words of a request, in the order of the table. */
export function encodeRequest<Name extends OperationName>(name: Name, request: Request<Name>): bigint[] {
  const values = new Map<string, unknown>(Object.entries(request))
  return Object.entries<Field<never, unknown>>(operations[name].request).map(([key, field]) => {
    const value = values.get(key)
    if (!isInput(value)) throw new TypeError(`${name}: ${key} cannot be sent`)
    return field.encode(value)
  })
}

function hasFieldsOf<Name extends OperationName>(
  name: Name,
  value: Readonly<Record<string, unknown>>,
): value is Answer<Name> {
  return Object.keys(operations[name].answer).every((key) => Object.hasOwn(value, key))
}

/**
 * The fields of an answer.
 * @throws {FieldError} when a word is not what its field can be
 */
export function decodeAnswer<Name extends OperationName>(name: Name, words: readonly bigint[]): Answer<Name> {
  const fields = Object.entries<Field<never, unknown>>(operations[name].answer)
  const answer = Object.fromEntries(
    fields.map(([key, field], index) => [key, field.decode(words[index] ?? 0n)]),
  )
  if (!hasFieldsOf(name, answer)) throw new TypeError(`${name}: the table contradicts itself`)
  return answer
}

/** `convert(gmem#3, private, offset 0x2000, size 0x1000)` from the words of a request. */
export function showRequest(name: OperationName, words: readonly bigint[], note?: string): string {
  return `${name}(${[...showFields(operations[name].request, words), ...(note === undefined ? [] : [note])].join(', ')})`
}

/** `error_offset 0x2000` and the like, from the words of an answer: those that are not 0. */
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

/** The name that C gives to a field or to an operation. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

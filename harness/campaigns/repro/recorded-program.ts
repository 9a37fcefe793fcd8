// The program of a failed test with typed operations: every name is one that this gmemtest knows.
import { operations, type OperationName } from '../../agent/wire/operations.ts'
import type { Fields } from '../../agent/wire/fields.ts'
import { tableDigests } from '../../agent/wire/table.ts'
import { UsageError } from '../../base/errors.ts'
import type { ProgramFile, StoredOperation } from '../../report/stored/program-file.ts'

type Words<Of extends Fields> = { readonly [Key in keyof Of]: bigint }
/** The words of the answer to an operation by the names of its fields. */
export type AnswerWords<Name extends OperationName> = Words<(typeof operations)[Name]['answer']>

/** An operation of a program. */
export interface Step<Name extends OperationName = OperationName> {
  readonly name: Name
  /** 0 is the agent itself, otherwise the number of a child that it forked. */
  readonly process: number
  readonly request: Words<(typeof operations)[Name]['request']>
  readonly bytes: Buffer
  /** The readable line, for comments and messages. */
  readonly line: string
  /** Missing when the kernel never answered. */
  readonly end: { readonly errno: number; readonly answer: AnswerWords<Name>; readonly bytes: Buffer } | undefined
}

/** Tells whether a step is of an operation. */
export function isOf<Name extends OperationName>(step: Step, name: Name): step is Step & Step<Name> {
  return step.name === name
}

/** A program with its operations, oldest first. */
export interface Program extends Omit<ProgramFile, 'operations'> {
  readonly steps: readonly Step[]
}

const again = 'run the test again with this gmemtest, and export the new program'

/**
 * Checks the operations of a program.
 * @throws {UsageError} PROGRAM_VERSION when another gmemtest numbers the words of operations in another way
 * @throws {UsageError} PROGRAM_UNKNOWN for an operation or a field that this gmemtest does not know
 */
export function programOfFile({ operations: stored, ...program }: ProgramFile): Program {
  if (program.protocol !== tableDigests().protocol) {
    throw new UsageError('PROGRAM_VERSION', `another version of gmemtest wrote the program of ${program.name}`, {
      hint: again,
    })
  }
  return { ...program, steps: stored.map(stepOf) }
}

/** Tells whether this gmemtest has an operation of this name. */
export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name)
}

function hasWords<Of extends Fields>(fields: Of, words: Readonly<Record<string, bigint>>): words is Words<Of> {
  return Object.keys(fields).every((name) => Object.hasOwn(words, name))
}

function stepOf(stored: StoredOperation, index: number): Step {
  const { name, process = 0, line, errno, answer, bytes = '', answerBytes = '' } = stored
  const unknown = (what: string): UsageError =>
    new UsageError('PROGRAM_UNKNOWN', `operation ${index + 1}: ${what}`, { hint: again })
  if (!isOperation(name)) throw unknown(`this gmemtest has no operation ${JSON.stringify(name)}`)
  const table: { readonly request: Fields; readonly answer: Fields } = operations[name]
  const numbers = (given: Readonly<Record<string, string>>, fields: Fields): Record<string, bigint> => {
    const strange = Object.keys(given).find((field) => !Object.hasOwn(fields, field))
    if (strange !== undefined) throw unknown(`${name} has no field ${JSON.stringify(strange)}`)
    const missing = Object.keys(fields).find((field) => !Object.hasOwn(given, field))
    if (missing !== undefined) throw unknown(`${name} lacks the field ${missing}`)
    return Object.fromEntries(Object.entries(given).map(([field, word]) => [field, BigInt(word)]))
  }
  const request = numbers(stored.request, table.request)
  const end =
    errno === undefined || answer === undefined
      ? undefined
      : { errno, answer: numbers(answer, table.answer), bytes: Buffer.from(answerBytes, 'base64') }
  return typedStep({ name, process, request, bytes: Buffer.from(bytes, 'base64'), line, end })
}

/** An operation before its words are known to be those of its table. */
export interface Loose {
  readonly name: OperationName
  readonly process: number
  readonly request: Readonly<Record<string, bigint>>
  readonly bytes: Buffer
  readonly line: string
  readonly end:
    { readonly errno: number; readonly answer: Readonly<Record<string, bigint>>; readonly bytes: Buffer } | undefined
}

/**
 * Checks that the words of an operation are those of its table.
 * @throws {UsageError} PROGRAM_UNKNOWN
 */
export function typedStep(step: Loose): Step {
  const { name } = step
  if (isStep(step)) return step
  throw new UsageError('PROGRAM_UNKNOWN', `${name} is incomplete`, { hint: again })
}

function isStep(step: Loose): step is Loose & Step {
  const { request, answer } = operations[step.name]
  return hasWords(request, step.request) && (step.end === undefined || hasWords(answer, step.end.answer))
}

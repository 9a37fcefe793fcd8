// Calls within an operation (`program`, `repeat`), and those of a plan: each may use the objects that earlier ones make.
import { sizeOfFields, wordSize } from '../../agent/wire/codec.ts'
import { handleKinds, type Fields } from '../../agent/wire/fields.ts'
import { FrameReader, type Frame } from '../../agent/wire/frames.ts'
import { operations, type OperationName } from '../../agent/wire/operations.ts'
import { callResult, processResult } from '../../agent/wire/protocol.ts'
import { UsageError } from '../../base/errors.ts'
import { isOperation, typedStep, type Step } from './recorded-program.ts'

/** The word of an object of a kind. */
export function handleOf(kind: (typeof handleKinds)[number], number: number): bigint {
  return (BigInt(handleKinds.indexOf(kind)) << 32n) | BigInt(number)
}

/** The number of a child in the headers of its operations is that of its handle. */
export function processOf(child: bigint): number {
  return Number(child & 0xffff_ffffn)
}

/** Words by the names of their fields; missing ones are 0. */
export function wordsBy(fields: Fields, words: readonly bigint[]): Record<string, bigint> {
  return Object.fromEntries(Object.keys(fields).map((field, index) => [field, words[index] ?? 0n]))
}

/** Returns the object that an operation makes, with the field of its answer; undefined when it makes none. */
export function objectOf(name: OperationName, number: number): { field: string; handle: bigint } | undefined {
  // The copy of a descriptor is a file of the same kind.
  if (name === 'dup') return { field: 'handle', handle: handleOf('gmem', number) }
  const kind = handleKinds.find((each) => Object.hasOwn(operations[name].answer, each))
  return kind === undefined ? undefined : { field: kind, handle: handleOf(kind, number) }
}

/** Returns the words of a request, in which `handles` stand for the results of earlier calls. */
export function requestOf(
  name: OperationName,
  words: readonly bigint[],
  handles: readonly bigint[],
): Record<string, bigint> {
  const resolved = words.map((word) => handles[Number(word) - callResult] ?? word)
  return wordsBy(operations[name].request, resolved)
}

/** The objects of calls get numbers that no object of the agent has: the number of the operation, and that of the call. */
const firstNumber = 2 ** 31
const mostCalls = 2 ** 10

/** A call, as a step of the program with the end that it had, or must have. */
export interface InnerCall {
  readonly step: Step
  /** The error number that a round wants; undefined for any. */
  readonly wanted: number | undefined
}

const anything = 0xffff_ffff

/**
 * Reads the calls of a program or of a round. `answers` has the answers to a program.
 * @throws {UsageError} PROGRAM_UNKNOWN for a call that this gmemtest does not know
 */
export function innerCalls(outer: Step, index: number, answers: Buffer): readonly InnerCall[] {
  const replies = new FrameReader().push(answers)
  const handles: bigint[] = []
  return new FrameReader().push(outer.bytes).map((frame, place) => {
    const name = nameOf(frame)
    const reply = replies[place]
    const words = wordsIn(frame)
    const object = objectOf(name, firstNumber + index * mostCalls + place)
    const wanted = frame.errno === anything ? undefined : frame.errno
    const errno = reply?.errno ?? wanted ?? 0
    const size = sizeOfFields(operations[name].answer)
    const answer = wordsBy(operations[name].answer, reply === undefined ? [] : wordsIn(reply))
    if (object !== undefined) answer[object.field] = errno === 0 ? object.handle : 0n
    // The first word of the answer is the outcome that a round wants.
    else if (reply === undefined && frame.sequence !== anything && Object.hasOwn(answer, 'outcome')) {
      answer['outcome'] = BigInt(frame.sequence)
    }
    const process =
      frame.process < processResult ? outer.process : processOf(handles[frame.process - processResult] ?? 0n)
    handles.push(object?.handle ?? 0n)
    const request = requestOf(name, words, handles)
    const bytes = frame.body.subarray(sizeOfFields(operations[name].request))
    const end = { errno, answer, bytes: Buffer.from(reply?.body.subarray(size) ?? []) }
    return { step: typedStep({ name, process, request, bytes, line: name, end }), wanted }
  })
}

function nameOf({ operation }: Frame): OperationName {
  const found = Object.keys(operations).find((name) => isOperation(name) && operations[name].number === operation)
  if (found !== undefined && isOperation(found)) return found
  throw new UsageError('PROGRAM_UNKNOWN', `this gmemtest has no operation ${operation}`)
}

function wordsIn({ body }: Frame): bigint[] {
  return Array.from({ length: Math.floor(body.length / wordSize) }, (_, at) => body.readBigUInt64LE(at * wordSize))
}

// Rounds of operations that the agent repeats by itself: a thousand calls in one round trip.
import { encodeFrame } from './wire/frames.ts'
import { encodeCall, type Made, type CallRequest } from './wire/codec.ts'
import { errnoName, errnoNumber, type ErrnoName } from './errno.ts'
import type { Call, Outcome } from './wire/call.ts'
import { operations, type OperationName } from './wire/operations.ts'
import { slow } from './access.ts'
import { words } from './vocabulary.ts'

/** How a call must end. */
export interface CallEnd {
  /** Default OK; `any` is for operations that may fail, by an injected failure. */
  readonly errno?: ErrnoName | 'any' | undefined
  /** How the access of the host or of the guest must end. Default: in any way. */
  readonly outcome?: (typeof words.host)[number] | (typeof words.guest)[number]
}

/** One operation of a round, encoded with its end. */
export interface RoundCall {
  readonly name: OperationName
  readonly end: CallEnd
  readonly frame: Buffer
}

/** How the rounds went. */
type RoundsResult = Outcome & {
  /** The rounds in which every call ended as it should. */
  readonly done: number
  /** The last call, and how it ended: in the last round, or where the rounds stopped. */
  readonly call: number
  readonly callErrno: ErrnoName
  readonly word: bigint
  /** For each call, how often it ended with an errno. */
  readonly errors: readonly number[]
}

/** Performs rounds of calls until one of them does not end as it should. */
export type RepeatRounds = (rounds: number, calls: readonly RoundCall[]) => Promise<RoundsResult>

const anything = 0xffff_ffff

function outcomeWord(name: OperationName, outcome: CallEnd['outcome']): number {
  if (outcome === undefined) return anything
  const names: readonly string[] = name.startsWith('guest') ? words.guest : words.host
  return names.indexOf(outcome)
}

/** Stands for the object that an earlier call of the same round made; calls count from 0. */
export function made(index: number): Made {
  return { madeByCall: index }
}

/** Makes a call: an operation of the agent, and the end that it must have. */
export function call<Name extends OperationName>(name: Name, request: CallRequest<Name>, end: CallEnd = {}): RoundCall {
  const { errno = 'OK', outcome } = end
  const header = {
    sequence: outcomeWord(name, outcome),
    operation: operations[name].number,
    process: 0,
    status: 0,
    errno: errno === 'any' ? anything : errnoNumber(errno),
  }
  return { name, end, frame: encodeFrame(header, encodeCall(name, request), Buffer.alloc(0)) }
}

/** Makes the function that repeats rounds in one process of the agent. */
export function repeatRoundsOf(send: Call): RepeatRounds {
  return async (rounds, calls) => {
    const note = calls.map(({ name }) => name).join(', ')
    const options = { ...slow, tail: Buffer.concat(calls.map(({ frame }) => frame)), note }
    const { tail, error, ...reply } = await send('repeat', { rounds }, options)
    const errors = calls.map((_, index) => Number(tail.readBigUInt64LE(index * 8)))
    return { ...reply, callErrno: errnoName(error), errors }
  }
}

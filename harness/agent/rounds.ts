// Rounds of operations that the agent repeats by itself: a thousand calls in one round trip.
import { encodeFrame } from './wire/frames.ts'
import { encodeStep, type Made, type StepRequest } from './wire/codec.ts'
import { errnoName, errnoNumber, type ErrnoName } from './errno.ts'
import type { Call, Outcome } from './wire/call.ts'
import { operations, type OperationName } from './wire/operations.ts'
import { slow } from './access.ts'
import { words } from './vocabulary.ts'

/** How a step must end. */
export interface StepEnd {
  /** Default OK; `any` is for operations that may fail, by an injected failure. */
  readonly errno?: ErrnoName | 'any' | undefined
  /** How the access of the host or of the guest must end. Default: in any way. */
  readonly outcome?: (typeof words.host)[number] | (typeof words.guest)[number]
}

/** One operation of a round, encoded with its end. */
export interface RoundStep {
  readonly name: OperationName
  readonly end: StepEnd
  readonly frame: Buffer
}

/** How the rounds went. */
type RoundsResult = Outcome & {
  /** The rounds in which every step ended as it should. */
  readonly done: number
  /** The last step, and how it ended: in the last round, or where the rounds stopped. */
  readonly step: number
  readonly stepErrno: ErrnoName
  readonly word: bigint
  /** For each step, how often it ended with an errno. */
  readonly errors: readonly number[]
}

/** Performs rounds of steps until one of them does not end as it should. */
export type RepeatRounds = (rounds: number, steps: readonly RoundStep[]) => Promise<RoundsResult>

const anything = 0xffff_ffff

function outcomeWord(name: OperationName, outcome: StepEnd['outcome']): number {
  if (outcome === undefined) return anything
  const names: readonly string[] = name.startsWith('guest') ? words.guest : words.host
  return names.indexOf(outcome)
}

/** Stands for the object that an earlier step of the same round made; steps count from 0. */
export function made(index: number): Made {
  return { madeByStep: index }
}

/** Makes a step: an operation of the agent, and the end that it must have. */
export function step<Name extends OperationName>(name: Name, request: StepRequest<Name>, end: StepEnd = {}): RoundStep {
  const { errno = 'OK', outcome } = end
  const header = {
    sequence: outcomeWord(name, outcome),
    operation: operations[name].number,
    process: 0,
    status: 0,
    errno: errno === 'any' ? anything : errnoNumber(errno),
  }
  return { name, end, frame: encodeFrame(header, encodeStep(name, request), Buffer.alloc(0)) }
}

/** Makes the function that repeats rounds in one process of the agent. */
export function repeatRoundsOf(call: Call): RepeatRounds {
  return async (rounds, steps) => {
    const note = steps.map(({ name }) => name).join(', ')
    const options = { ...slow, tail: Buffer.concat(steps.map(({ frame }) => frame)), note }
    const { tail, error, ...reply } = await call('repeat', { rounds }, options)
    const errors = steps.map((_, index) => Number(tail.readBigUInt64LE(index * 8)))
    return { ...reply, stepErrno: errnoName(error), errors }
  }
}

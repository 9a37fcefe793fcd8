// One operation, from a typed request to a typed reply: all methods of the agent are built on this.
import type { Patience } from '../../base/patience.ts'
import { GuestError, ProtocolError } from '../../base/errors.ts'
import { decodeFields, encodeRequest, sizeOfFields, wordSize } from './codec.ts'
import type { Connection } from './connection.ts'
import { errnoName, type ErrnoName } from '../errno.ts'
import type { Frame } from './frames.ts'
import { lineOf, shownRequest, type EndOperation, type Journal } from './journal.ts'
import { operations, type Answer, type OperationName, type Request } from './operations.ts'
import { statuses } from './protocol.ts'

/** The outcome that every operation has, whether it succeeded in the kernel or not. */
export interface Outcome {
  /** `'OK'`, or the name of the error number: `'EAGAIN'`. */
  readonly errno: ErrnoName
  /** The operation and its result in one readable line. */
  readonly line: string
}

/** The outcome of an operation with the fields of its answer. */
export type Result<Name extends OperationName> = Outcome & Answer<Name>
/** A request in which some fields can be left out. */
export type Optional<Fields, Key extends keyof Fields> = Omit<Fields, Key> & Partial<Pick<Fields, Key>>
/** The result of an operation, with the bytes behind the words of its answer. */
export type Reply<Name extends OperationName> = Result<Name> & { readonly tail: Buffer }

interface CallOptions {
  /** The bytes behind the words of the request. */
  readonly tail?: Uint8Array
  /** A text for the tail in the readable line. */
  readonly note?: string
  /** The deadline before it is multiplied by the time factor; 10 s if not given. */
  readonly milliseconds?: number
}

/** Performs an operation in the agent, or in one of the children that it forked. */
export type Call = <Name extends OperationName>(
  name: Name,
  request: Request<Name>,
  options?: CallOptions,
) => Promise<Reply<Name>>

export interface CallTarget {
  readonly connection: Connection
  readonly journal: Journal
  readonly patience: Patience
  /** 0 is the agent itself. */
  readonly process: number
}

const defaultMilliseconds = 10_000
const nothing = Buffer.alloc(0)

/** Makes the function that performs operations in one process. */
export function callOf(target: CallTarget): Call {
  return async (name, request, options = {}) => {
    const { tail = nothing, note } = options
    const sent = { name, process: target.process, words: encodeRequest(name, request), tail, note }
    const shown = shownRequest(sent)
    // A request that waits for its turn when the conversation breaks is never sent.
    let end: EndOperation | undefined
    const frame = await target.connection
      .exchange({
        operation: operations[name].number,
        process: target.process,
        words: sent.words,
        tail,
        shown,
        milliseconds: target.patience.for(options.milliseconds ?? defaultMilliseconds),
        onTurn: () => {
          end = target.journal.begin(sent)
        },
      })
      .catch((error: unknown) => {
        end?.(undefined)
        throw error
      })
    const ending: EndOperation = (how) => end?.(how) ?? { request: sent, end: how }
    return readReply(name, shown, frame, ending)
  }
}

/**
 * Reads the answer to an operation; `end` receives its part of the readable line.
 * @throws {ProtocolError} AGENT_REFUSED, AGENT_CHILD_GONE, AGENT_GARBAGE, {GuestError} AGENT_CHILD_CRASHED
 */
export function readReply<Name extends OperationName>(
  name: Name,
  shown: string,
  frame: Frame,
  end: EndOperation,
): Reply<Name> {
  const status = statuses[frame.status]
  if (status !== 'answered') {
    const why = frame.body.toString('utf8')
    end({ failure: why })
    if (status === 'child-crashed') throw new GuestError('AGENT_CHILD_CRASHED', `${shown}: ${why}`)
    const code = status === 'child-gone' ? 'AGENT_CHILD_GONE' : 'AGENT_REFUSED'
    throw new ProtocolError(code, `${shown}: ${why}`)
  }
  const length = sizeOfFields(operations[name].answer)
  if (frame.operation !== operations[name].number || frame.body.length < length) {
    end({ failure: 'an answer that is too short or to another operation' })
    throw new ProtocolError('AGENT_GARBAGE', `the answer to ${shown} is too short or to another operation`)
  }
  const words = Array.from({ length: length / wordSize }, (_, index) => frame.body.readBigUInt64LE(index * wordSize))
  const tail = frame.body.subarray(length)
  const line = lineOf(end({ errno: frame.errno, words, tail }))
  const reply = { errno: errnoName(frame.errno), line, ...decode(name, words, line), tail }
  // The methods of the client decode the tail: it is not enumerable, so their results do not repeat it.
  return Object.defineProperty(reply, 'tail', { enumerable: false })
}

function decode<Name extends OperationName>(name: Name, words: readonly bigint[], line: string): Answer<Name> {
  try {
    return decodeFields<(typeof operations)[Name]['answer']>(operations[name].answer, words)
  } catch (error) {
    throw new ProtocolError('AGENT_GARBAGE', `${line}: the answer has an impossible value`, { cause: error })
  }
}

/**
 * Passes on the reply of an operation that has to succeed.
 *
 *     const { gmem } = await must(agent.gmem.create({ vm, size, flags }))
 *
 * @throws {GuestError} OPERATION_FAILED with the operation and its errno, SIGBUS or memory fault
 */
export async function must<Answered extends Outcome & { readonly outcome?: string }>(
  reply: Promise<Answered> | Answered,
): Promise<Answered> {
  const settled = await reply
  if (settled.errno !== 'OK' || (settled.outcome ?? 'done') !== 'done') {
    throw new GuestError('OPERATION_FAILED', settled.line, { hint: 'the rules say that this operation must work' })
  }
  return settled
}

/** The base of each group of operations, such as those on files. */
export abstract class OperationGroup {
  protected readonly call: Call

  constructor(call: Call) {
    this.call = call
  }
}

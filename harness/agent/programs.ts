// Programs: operations that the agent performs one after the other, in one round trip. An error does not end a program.
import { ProtocolError } from '../base/errors.ts'
import { slow } from './access.ts'
import { readReply, type Call, type Outcome, type Reply } from './wire/call.ts'
import { encodeCall, type CallRequest, type Made } from './wire/codec.ts'
import { encodeFrame, FrameReader, type Frame } from './wire/frames.ts'
import { shownRequest } from './wire/journal.ts'
import { operations, type OperationName } from './wire/operations.ts'
import { processResult } from './wire/protocol.ts'

/** One operation of a program, and the function that reads its answer. */
export interface ProgramCall<Read> {
  readonly frame: Buffer
  /** @throws {ProtocolError} AGENT_REFUSED when the agent could make no sense of the call, AGENT_GARBAGE */
  readonly read: (answer: Frame) => Read
}

/** The answers to a program, read in the order of its calls. */
type ProgramResult<Read> = Outcome & { readonly answers: readonly (() => Read)[] }

/** Performs a program. Each answer is read when its function is called, so that an earlier one can be judged first. */
export type RunProgram = <Read>(calls: readonly ProgramCall<Read>[]) => Promise<ProgramResult<Read>>

/** What a call has besides its request. */
interface CallOptions {
  /** The bytes behind the words. */
  readonly tail?: Uint8Array | undefined
  /** The child that performs it, which an earlier call has forked. Default: the agent itself. */
  readonly child?: Made | undefined
}

/** Makes a call of a program. `made(n)` in a request stands for the object that call n of the program makes. */
export function programCall<Name extends OperationName, Read>(
  name: Name,
  request: CallRequest<Name>,
  read: (reply: Reply<Name>) => Read,
  { tail = Buffer.alloc(0), child }: CallOptions = {},
): ProgramCall<Read> {
  const process = child === undefined ? 0 : processResult + child.madeByCall
  const sent = { name, process, words: encodeCall(name, request), tail, note: undefined }
  const header = { sequence: 0, operation: operations[name].number, process, status: 0, errno: 0 }
  return {
    frame: encodeFrame(header, sent.words, tail),
    read: (answer) => read(readReply(name, shownRequest(sent), answer, (end) => ({ request: sent, end }))),
  }
}

/** Makes the function that runs programs in one process of the agent. */
export function runProgramOf(send: Call): RunProgram {
  return async (calls) => {
    const options = { ...slow, tail: Buffer.concat(calls.map(({ frame }) => frame)), note: `${calls.length} calls` }
    const { tail, ...reply } = await send('program', {}, options)
    const frames = new FrameReader().push(tail)
    if (frames.length !== calls.length) {
      const message = `${frames.length} answers to a program of ${calls.length} calls`
      throw new ProtocolError('AGENT_GARBAGE', message)
    }
    const answers = calls.flatMap(({ read }, index) => {
      const frame = frames[index]
      return frame === undefined ? [] : [() => read(frame)]
    })
    return { ...reply, answers }
  }
}

// One conversation with an agent: a request, then its answer, in turns. The first broken rule ends it for good.
import type { Duplex, Readable } from 'node:stream'
import { DeadlineExceeded, withDeadline } from '../../base/deadline.ts'
import { messageOf, ProtocolError } from '../../base/errors.ts'
import { deadlySignals } from '../../uapi/constants.ts'
import { encodeFrame, FrameReader, type Frame } from './frames.ts'

/** The stream of frames: an SSH channel, or both pipes of a child process. */
export type AgentChannel = Duplex & { readonly stderr?: Readable }

/** A request, ready to be sent. */
export interface Exchange {
  readonly operation: number
  readonly process: number
  readonly words: readonly bigint[]
  readonly tail: Uint8Array
  /** The request as a readable line: `convert(gmem#3, private, …)`. */
  readonly shown: string
  readonly milliseconds: number
  /** Called when it is the turn of the request; never for a request whose turn does not come. */
  readonly onTurn?: () => void
}

/** The progress of a conversation. */
export interface Unanswered {
  readonly operation: string | undefined
  readonly answers: number
}

// A server of ssh may have no name for a signal, and the shell that starts the agent reports it as an exit code.
const signalledExitCode = 128
const crashInAgent = /^agent: SIG([A-Z]+) outside of a guarded access$/

/** Enough lines to explain an error. */
const stderrLinesKept = 20

/** Sends the requests of all callers one after another; a broken conversation fails all of them at once. */
export class Connection implements AsyncDisposable {
  readonly #channel: AgentChannel
  readonly #signal: AbortSignal
  readonly #reader = new FrameReader()
  readonly #stderr: string[] = []
  /** Rejects at the end of the conversation, with the reason. */
  readonly #over = Promise.withResolvers<never>()
  #reason: Error | undefined
  #waiting: { readonly sequence: number; readonly resolve: (frame: Frame) => void } | undefined
  #shown = 'nothing yet'
  #unanswered: string | undefined
  #deadlySignal: string | undefined
  #answers = 0
  #sequence = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(channel: AgentChannel, signal: AbortSignal) {
    this.#channel = channel
    this.#signal = signal
    // It may break while no request waits: the next request reports the reason.
    this.#over.promise.catch(() => undefined)
    channel.on('data', (piece: Buffer) => this.#receive(piece))
    channel.on('error', (error) => this.#lost(error))
    for (const event of ['end', 'close']) channel.once(event, () => this.#ended())
    channel.once('exit', (code: number | null, name?: string) => this.#exited(code, name))
    channel.stderr?.on('data', (piece: Buffer) => this.#hear(piece))
    channel.stderr?.on('error', () => undefined)
  }

  /** The last lines of the agent's standard error, oldest first. */
  get stderr(): readonly string[] {
    return [...this.#stderr]
  }

  /** The request without an answer as a readable line, kept after the conversation broke, and the number of answers. */
  get unanswered(): Unanswered {
    return { operation: this.#unanswered, answers: this.#answers }
  }

  /** The signal of the kernel that ended the agent, without SIG, when that is known: `SEGV`. */
  get deadlySignal(): string | undefined {
    return this.#deadlySignal ?? this.#stderr.map((line) => crashInAgent.exec(line)?.[1]).find(Boolean)
  }

  /**
   * Sends one request and waits for its answer.
   * @throws {ProtocolError} AGENT_STUCK, AGENT_DIED, AGENT_CONNECTION_LOST, AGENT_GARBAGE, AGENT_OUT_OF_SEQUENCE
   * @throws the abort reason of the signal that the connection was made with
   */
  exchange(exchange: Exchange): Promise<Frame> {
    const answer = this.#turn.then(() => this.#exchangeNow(exchange))
    this.#turn = answer.catch(() => undefined)
    return answer
  }

  /** Ends the conversation; the agent exits when its input ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#reason ??= new ProtocolError('AGENT_CLOSED', 'the agent was closed')
    this.#over.reject(this.#reason)
    this.#channel.end()
    // Unread data would hold back the end of the stream.
    this.#channel.resume()
  }

  /** Ends the conversation: data after this point cannot be trusted. */
  #end(reason: Error): void {
    if (this.#reason !== undefined) return
    this.#giveUp(reason)
    this.#channel.destroy()
  }

  #giveUp(reason: Error): void {
    this.#reason = reason
    this.#over.reject(reason)
  }

  async #exchangeNow(exchange: Exchange): Promise<Frame> {
    if (this.#reason !== undefined) throw this.#reason
    this.#sequence = (this.#sequence + 1) >>> 0
    const sequence = this.#sequence
    this.#shown = exchange.shown
    this.#unanswered = exchange.shown
    exchange.onTurn?.()
    const frame = encodeFrame(
      { sequence, operation: exchange.operation, process: exchange.process, status: 0, errno: 0 },
      exchange.words,
      exchange.tail,
    )
    const answer = Promise.withResolvers<Frame>()
    this.#waiting = { sequence, resolve: answer.resolve }
    this.#channel.write(frame)
    try {
      const limit = { stage: exchange.shown, milliseconds: exchange.milliseconds, signal: this.#signal }
      return await withDeadline(limit, () => Promise.race([answer.promise, this.#over.promise]))
    } catch (error) {
      const reason = error instanceof DeadlineExceeded ? this.#stuck(error) : toError(error)
      this.#end(reason)
      throw reason
    } finally {
      this.#waiting = undefined
    }
  }

  #receive(piece: Buffer): void {
    try {
      for (const frame of this.#reader.push(piece)) this.#deliver(frame)
    } catch (error) {
      this.#end(new ProtocolError('AGENT_GARBAGE', `${messageOf(error)}, in ${this.#shown}`, this.#details(error)))
    }
  }

  #deliver(frame: Frame): void {
    if (this.#waiting?.sequence !== frame.sequence) {
      const wanted = this.#waiting === undefined ? 'no answer' : `number ${this.#waiting.sequence}`
      const message = `received answer number ${frame.sequence}, expected ${wanted}, after ${this.#shown}`
      this.#end(new ProtocolError('AGENT_OUT_OF_SEQUENCE', message, this.#details()))
      return
    }
    const { resolve } = this.#waiting
    this.#waiting = undefined
    this.#unanswered = undefined
    this.#answers += 1
    resolve(frame)
  }

  #ended(): void {
    const half = this.#reader.pending === 0 ? '' : `, after ${this.#reader.pending} bytes of an unfinished answer`
    const message = `the agent died ${this.#when} ${this.#shown}${half}`
    if (this.#reason !== undefined) return
    this.#giveUp(new ProtocolError('AGENT_DIED', message, this.#details()))
    // Not destroyed: the cause of its end is still to come.
    this.#channel.end()
  }

  #exited(code: number | null, name: string | undefined): void {
    const found = Object.entries(deadlySignals).find(
      ([short, number]) => `SIG${short}` === name || code === signalledExitCode + number,
    )
    this.#deadlySignal = found?.[0]
  }

  #hear(piece: Buffer): void {
    this.#stderr.push(...piece.toString('utf8').split('\n').filter(Boolean))
    this.#stderr.splice(0, Math.max(0, this.#stderr.length - stderrLinesKept))
  }

  get #when(): 'during' | 'after' {
    return this.#unanswered === undefined ? 'after' : 'during'
  }

  #lost(error: Error): void {
    const message = `the connection to the agent broke ${this.#when} ${this.#shown}: ${error.message}`
    this.#end(new ProtocolError('AGENT_CONNECTION_LOST', message, this.#details(error)))
  }

  #stuck(error: DeadlineExceeded): ProtocolError {
    const seconds = (error.milliseconds / 1000).toFixed(1)
    const message = `the agent has not answered for ${seconds} s to ${this.#shown}`
    return new ProtocolError('AGENT_STUCK', message, this.#details())
  }

  #details(cause?: unknown): { tail: readonly string[]; cause?: unknown } {
    return { tail: this.stderr, cause }
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

// One conversation with an agent: a request, its answer, in lock-step; it ends for good at the first broken rule.
import type { Duplex, Readable } from 'node:stream'
import { DeadlineExceeded, withDeadline } from '../../base/deadline.ts'
import { messageOf, ProtocolError } from '../../base/errors.ts'
import { encodeFrame, FrameReader } from './frames.ts'
import type { Frame } from './frames.ts'

/** What carries the frames: an SSH channel, or the pipes of a child process made into one stream. */
export type AgentChannel = Duplex & { readonly stderr?: Readable }

/** A request that is ready to be sent. */
export interface Exchange {
  readonly operation: number
  readonly process: number
  readonly words: readonly bigint[]
  readonly tail: Uint8Array
  /** How the request reads in a message: `convert(gmem#3, private, …)`. */
  readonly shown: string
  readonly milliseconds: number
}

/** How far a conversation has come. */
export interface Unanswered {
  readonly operation: string | undefined
  readonly answers: number
}

/** What the agent said to people, as far back as it helps. */
const stderrLinesKept = 20

/** Sends requests one after another, whoever asks; a broken conversation fails them all, at once. */
export class Connection implements AsyncDisposable {
  readonly #channel: AgentChannel
  readonly #signal: AbortSignal
  readonly #reader = new FrameReader()
  readonly #stderr: string[] = []
  /** Rejects when the conversation is over, with the reason. */
  readonly #over = Promise.withResolvers<never>()
  #reason: Error | undefined
  #waiting: { readonly sequence: number; readonly resolve: (frame: Frame) => void } | undefined
  #shown = 'nothing yet'
  #unanswered: string | undefined
  #answers = 0
  #sequence = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(channel: AgentChannel, signal: AbortSignal) {
    this.#channel = channel
    this.#signal = signal
    // Nobody may be waiting at the moment when it breaks; the next request says it.
    this.#over.promise.catch(() => undefined)
    channel.on('data', (piece: Buffer) => this.#receive(piece))
    channel.on('error', (error) =>
      this.#end(new ProtocolError('AGENT_CONNECTION_LOST', this.#lost(error), this.#details(error))),
    )
    for (const event of ['end', 'close']) channel.once(event, () => this.#ended())
    channel.stderr?.on('data', (piece: Buffer) => this.#hear(piece))
    channel.stderr?.on('error', () => undefined)
  }

  /** The last lines that the agent wrote for people, oldest first. */
  get stderr(): readonly string[] {
    return [...this.#stderr]
  }

  /** The request that has no answer, as a readable line, also after the conversation broke; and how many had one. */
  get unanswered(): Unanswered {
    return { operation: this.#unanswered, answers: this.#answers }
  }

  /**
   * Sends one request and waits for its answer.
   * @throws {ProtocolError} AGENT_STUCK, AGENT_DIED, AGENT_CONNECTION_LOST, AGENT_GARBAGE, AGENT_OUT_OF_SEQUENCE
   * @throws the abort reason of the signal that the connection was made with
   */
  async exchange(exchange: Exchange): Promise<Frame> {
    const before = this.#turn
    const mine = Promise.withResolvers<void>()
    this.#turn = mine.promise
    await before
    try {
      if (this.#reason !== undefined) throw this.#reason
      return await this.#exchangeNow(exchange)
    } finally {
      mine.resolve()
    }
  }

  /** Ends the conversation; the agent exits when its input ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#reason ??= new ProtocolError('AGENT_CLOSED', 'the agent was closed')
    this.#over.reject(this.#reason)
    this.#channel.end()
    // A channel that nobody reads would hold back the end of the stream.
    this.#channel.resume()
  }

  /** Gives the conversation up: what comes after this cannot be trusted. */
  #end(reason: Error): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#over.reject(reason)
    this.#channel.destroy()
  }

  async #exchangeNow(exchange: Exchange): Promise<Frame> {
    this.#sequence = (this.#sequence + 1) >>> 0
    const sequence = this.#sequence
    this.#shown = exchange.shown
    this.#unanswered = exchange.shown
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
      this.#end(
        new ProtocolError('AGENT_GARBAGE', `${messageOf(error)}, in ${this.#shown}`, this.#details(error)),
      )
    }
  }

  #deliver(frame: Frame): void {
    if (this.#waiting?.sequence !== frame.sequence) {
      const wanted = this.#waiting === undefined ? 'none' : `number ${this.#waiting.sequence}`
      const message = `answer number ${frame.sequence} came where ${wanted} was due, after ${this.#shown}`
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
    const half =
      this.#reader.pending === 0 ? '' : `, ${this.#reader.pending} bytes into an answer that never ended`
    const message = `the agent died ${this.#when} ${this.#shown}${half}`
    this.#end(new ProtocolError('AGENT_DIED', message, this.#details()))
  }

  #hear(piece: Buffer): void {
    this.#stderr.push(...piece.toString('utf8').split('\n').filter(Boolean))
    this.#stderr.splice(0, Math.max(0, this.#stderr.length - stderrLinesKept))
  }

  get #when(): 'during' | 'after' {
    return this.#unanswered === undefined ? 'after' : 'during'
  }

  #lost(error: unknown): string {
    return `the connection to the agent broke ${this.#when} ${this.#shown}: ${messageOf(error)}`
  }

  #stuck(error: DeadlineExceeded): ProtocolError {
    const seconds = (error.milliseconds / 1000).toFixed(1)
    const message = `the agent has not answered for ${seconds} s to ${this.#shown}`
    return new ProtocolError('AGENT_STUCK', message, this.#details())
  }

  #details(cause?: unknown): { tail: readonly string[]; cause?: unknown } {
    return { tail: this.stderr, ...(cause === undefined ? {} : { cause }) }
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

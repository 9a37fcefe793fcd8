// The QEMU Machine Protocol: one JSON object a line, over a private channel. Commands are answered in order.
import type { Duplex } from 'node:stream'
import { InfraError } from '../base/errors.ts'
import { withDeadline } from '../base/deadline.ts'

/** An event that QEMU sent by itself, e.g. SHUTDOWN with its reason. */
export interface QmpEvent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

/** For commands that take nothing. */
type NoArguments = Readonly<Record<string, never>>

/** The commands that the harness uses: what each takes. A new one is one more line. */
interface QmpCommands {
  /** Ends QEMU at once. */
  readonly quit: NoArguments
  /** Freezes the virtual CPUs; `cont` lets them go on. */
  readonly stop: NoArguments
  readonly cont: NoArguments
  /** A non-maskable interrupt on every virtual CPU: is the kernel alive? */
  readonly 'inject-nmi': NoArguments
  readonly 'query-status': NoArguments
  /** In bytes a second; QEMU's own limit is that of a network. */
  readonly 'migrate-set-parameters': { readonly 'max-bandwidth': number }
  /** Begins to send the state of the machine; `query-migrate` says how it goes. The machine is stopped at the end. */
  readonly migrate: { readonly uri: string }
  readonly 'query-migrate': NoArguments
  /** Asks QEMU's human monitor, e.g. `info registers`. The answer is text. */
  readonly 'human-monitor-command': { readonly 'command-line': string; readonly 'cpu-index'?: number }
  /** Writes the memory of the guest to a file; answered when it is done. */
  readonly 'dump-guest-memory': {
    readonly paging: false
    readonly protocol: string
    readonly format: 'elf'
  }
  /** Connects a device to something else: the serial port to a socket that keys can be written to. */
  readonly 'chardev-change': { readonly id: string; readonly backend: ChardevBackend }
  /** A break on the serial line: the next key is one of sysrq's. */
  readonly 'chardev-send-break': { readonly id: string }
}

/** What a character device can be connected to, as far as the harness does that. */
type ChardevBackend =
  | { readonly type: 'file'; readonly data: { readonly out: string; readonly append: boolean } }
  | {
      readonly type: 'socket'
      readonly data: {
        readonly addr: { readonly type: 'unix'; readonly data: { readonly path: string } }
        readonly server: false
        /** What the device says is written there as well. */
        readonly logfile: string
        readonly logappend: boolean
      }
    }

export interface QmpOptions {
  readonly signal: AbortSignal
  /** The deadline, in milliseconds. */
  readonly timeout: number
}

/** A QMP session in command mode. */
export interface Qmp {
  /**
   * Runs one command and gives what QEMU returned.
   * @throws {InfraError} QMP_REFUSED when QEMU answers with an error, QMP_LOST when the channel ends before the answer
   * @throws {DeadlineExceeded} when there is no answer in time (QEMU is stopped, or the machine is overloaded)
   */
  execute<Name extends keyof QmpCommands>(
    command: Name,
    args: QmpCommands[Name],
    options: QmpOptions,
  ): Promise<unknown>
  /** Calls back with each event. */
  onEvent(callback: (event: QmpEvent) => void): Disposable
}

type Json = Readonly<Record<string, unknown>>

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isJson(value) ? value : undefined
  } catch {
    return undefined
  }
}

interface Pending {
  readonly command: string
  readonly answer: PromiseWithResolvers<unknown>
}

class Session implements Qmp {
  readonly #channel: Duplex
  readonly #listeners = new Set<(event: QmpEvent) => void>()
  readonly #pending = new Map<number, Pending>()
  readonly #greeting: PromiseWithResolvers<undefined> = Promise.withResolvers()
  #next = 1
  #rest = ''
  #lost: InfraError | undefined

  constructor(channel: Duplex) {
    this.#channel = channel
    // Whoever waits for it sees the rejection; if nobody does, the end of the channel is no news.
    this.#greeting.promise.catch(() => undefined)
    channel.setEncoding('utf8')
    channel.on('data', (chunk: string) => this.#read(chunk))
    const end = (): void => this.#lose('QEMU closed the channel')
    channel.once('end', end).once('close', end).once('error', end)
  }

  get greeting(): Promise<undefined> {
    return this.#greeting.promise
  }

  async execute(command: string, args: Json, options: QmpOptions): Promise<unknown> {
    return await withDeadline(
      { stage: `QMP ${command}`, milliseconds: options.timeout, signal: options.signal },
      async () => {
        if (this.#lost !== undefined) throw this.#lost
        const id = this.#next++
        const answer = Promise.withResolvers<unknown>()
        this.#pending.set(id, { command, answer })
        this.#channel.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`)
        return await answer.promise
      },
    )
  }

  onEvent(callback: (event: QmpEvent) => void): Disposable {
    this.#listeners.add(callback)
    return { [Symbol.dispose]: () => void this.#listeners.delete(callback) }
  }

  #read(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') this.#dispatch(line)
  }

  #dispatch(line: string): void {
    const message = parse(line)
    if (message === undefined) return this.#lose(`QEMU sent something that is not QMP: ${line.slice(0, 80)}`)
    if ('QMP' in message) return this.#greeting.resolve(undefined)
    if (typeof message['event'] === 'string') {
      const data = isJson(message['data']) ? message['data'] : {}
      for (const listener of this.#listeners) listener({ name: message['event'], data })
      return
    }
    const id = message['id']
    const pending = typeof id === 'number' ? this.#pending.get(id) : undefined
    if (pending === undefined || typeof id !== 'number') return
    this.#pending.delete(id)
    if ('error' in message) pending.answer.reject(refusal(pending.command, message['error']))
    else pending.answer.resolve(message['return'])
  }

  #lose(why: string): void {
    this.#lost ??= new InfraError('QMP_LOST', `lost the monitor of QEMU: ${why}`, { transient: true })
    this.#greeting.reject(this.#lost)
    for (const { answer } of this.#pending.values()) answer.reject(this.#lost)
    this.#pending.clear()
  }
}

function refusal(command: string, error: unknown): InfraError {
  const text = isJson(error) && typeof error['desc'] === 'string' ? error['desc'] : JSON.stringify(error)
  return new InfraError('QMP_REFUSED', `QEMU refused ${command}: ${text}`)
}

/**
 * Shakes hands over `channel` and gives a session that takes commands.
 * @throws {InfraError} QMP_LOST when the channel ends or carries something else
 * @throws {DeadlineExceeded} when QEMU does not answer in time
 */
export async function openQmp(
  channel: Duplex,
  options: QmpOptions & {
    /** Sees every event from the first one on. */
    readonly onEvent?: (event: QmpEvent) => void
  },
): Promise<Qmp> {
  const session = new Session(channel)
  if (options.onEvent !== undefined) session.onEvent(options.onEvent)
  await withDeadline(
    { stage: 'greeting of QMP', milliseconds: options.timeout, signal: options.signal },
    () => session.greeting,
  )
  await session.execute('qmp_capabilities', {}, options)
  return session
}

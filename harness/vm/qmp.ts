// Speaks the QEMU Machine Protocol (QMP): one JSON object a line, over a private channel.
import type { Duplex } from 'node:stream'
import { InfraError } from '../base/errors.ts'
import { withDeadline } from '../base/deadline.ts'

/** An event of QEMU, e.g. SHUTDOWN with its reason. */
export interface QmpEvent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

type NoArguments = Readonly<Record<string, never>>

/** The commands that the harness uses, with their arguments. */
interface QmpCommands {
  /** Stops the virtual CPUs; `cont` continues them. */
  readonly stop: NoArguments
  readonly cont: NoArguments
  /** Sends a non-maskable interrupt to every virtual CPU. */
  readonly 'inject-nmi': NoArguments
  readonly 'query-status': NoArguments
  /** The unit is bytes per second; QEMU's default suits a network. */
  readonly 'migrate-set-parameters': { readonly 'max-bandwidth': number }
  /** Begins to send the state of the instance, which is stopped at the end; `query-migrate` gives the progress. */
  readonly migrate: { readonly uri: string }
  readonly 'query-migrate': NoArguments
  /** Runs a command of QEMU's human monitor, e.g. `info registers`. The answer is text. */
  readonly 'human-monitor-command': { readonly 'command-line': string; readonly 'cpu-index'?: number }
  /** Writes the memory of the instance to a file; the answer comes at the end. */
  readonly 'dump-guest-memory': { readonly paging: false; readonly protocol: string; readonly format: 'elf' }
  /** Connects a device to another backend: the serial port to a socket that keys can be written to. */
  readonly 'chardev-change': { readonly id: string; readonly backend: ChardevBackend }
  /** Sends a break on the serial line: the next key is a sysrq key. */
  readonly 'chardev-send-break': { readonly id: string }
}

/** The backends of a character device that the harness uses. */
type ChardevBackend =
  | { readonly type: 'file'; readonly data: { readonly out: string; readonly append: boolean } }
  | {
      readonly type: 'socket'
      readonly data: {
        readonly addr: { readonly type: 'unix'; readonly data: { readonly path: string } }
        readonly server: false
        /** The output of the device goes to this file as well. */
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
   * Runs one command and gives QEMU's answer.
   * @throws {InfraError} QMP_REFUSED when QEMU answers with an error, QMP_LOST when the channel ends before the answer
   * @throws {DeadlineExceeded} when there is no answer in time (QEMU is stopped, or this computer is overloaded)
   */
  execute<Name extends keyof QmpCommands>(command: Name, args: QmpCommands[Name], options: QmpOptions): Promise<unknown>
  /** Calls back with each further event. */
  onEvent(callback: (event: QmpEvent) => void): Disposable
}

type Json = Readonly<Record<string, unknown>>

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Gives the fields of an answer; none when it is no object. */
export function answerFields(answer: unknown): Json {
  return isJson(answer) ? answer : {}
}

function parse(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isJson(value) ? value : undefined
  } catch {
    return undefined
  }
}

class Session implements Qmp {
  readonly #channel: Duplex
  readonly #listeners = new Set<(event: QmpEvent) => void>()
  readonly #pending = new Map<number, { readonly command: string; readonly answer: PromiseWithResolvers<unknown> }>()
  readonly #greeting: PromiseWithResolvers<undefined> = Promise.withResolvers()
  #next = 1
  #rest = ''
  #lost: InfraError | undefined

  constructor(channel: Duplex) {
    this.#channel = channel
    // `openQmp` sees a rejection while it waits; later, the end of the channel is no error.
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
      const event = { name: message['event'], data: answerFields(message['data']) }
      for (const listener of this.#listeners) listener(event)
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
 * Opens a session over `channel`.
 * @throws {InfraError} QMP_LOST when the channel ends or carries something else
 * @throws {DeadlineExceeded} when QEMU does not answer in time
 */
export async function openQmp(
  channel: Duplex,
  options: QmpOptions & {
    /** Receives every event, from the first one on. */
    readonly onEvent?: (event: QmpEvent) => void
  },
): Promise<Qmp> {
  const session = new Session(channel)
  if (options.onEvent !== undefined) session.onEvent(options.onEvent)
  await withDeadline(
    { stage: 'the greeting of QMP', milliseconds: options.timeout, signal: options.signal },
    () => session.greeting,
  )
  await session.execute('qmp_capabilities', {}, options)
  return session
}

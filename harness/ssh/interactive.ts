// Connects the user's terminal to a shell in an instance, and restores the terminal on every way out.
import { pipeline } from 'node:stream/promises'
import type { Readable, Writable } from 'node:stream'
import type { ClientChannel, PseudoTtyOptions } from 'ssh2'

/** Both directions of a terminal, e.g. `process.stdin` and `process.stdout`. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(mode: boolean): unknown }
  readonly output: Writable & { readonly columns?: number; readonly rows?: number }
  /** The type of the terminal, as in $TERM. */
  readonly type: string
}

export interface TerminalOptions {
  readonly signal: AbortSignal
  /** Opens the shell in a window of this size. */
  readonly open: (window: PseudoTtyOptions) => Promise<ClientChannel>
  /** Makes the error for a shell that ended without an exit code. */
  readonly lost: () => Error
}

// The exit code of shells for a program that a signal ended, without the number of the signal.
const signalledExitCode = 128
const usualSize = { cols: 80, rows: 24 } as const

/**
 * Runs the shell to its end, and gives its exit code.
 * @throws what `open` throws, the error of `lost`, or the reason of `signal`
 */
export async function runTerminal(terminal: Terminal, options: TerminalOptions): Promise<number> {
  const { input, output } = terminal
  const size = (): { cols: number; rows: number } => ({
    cols: output.columns ?? usualSize.cols,
    rows: output.rows ?? usualSize.rows,
  })
  const channel = await options.open({ ...size(), term: terminal.type })
  using stack = new DisposableStack()
  if (input.isTTY === true) {
    input.setRawMode?.(true)
    stack.defer(() => input.setRawMode?.(false))
  }
  stack.defer(() => input.pause())
  const resize = (): void => channel.setWindow(size().rows, size().cols, 0, 0)
  output.on('resize', resize)
  stack.defer(() => output.off('resize', resize))

  const ended = Promise.withResolvers<number>()
  channel.once('close', (code?: number | null, signal?: string) => {
    if (typeof code === 'number') ended.resolve(code)
    else if (signal !== undefined) ended.resolve(signalledExitCode)
    else ended.reject(options.lost())
  })
  const onAbort = (): void => {
    ended.reject(options.signal.reason)
    channel.close()
  }
  options.signal.addEventListener('abort', onAbort, { once: true })
  stack.defer(() => options.signal.removeEventListener('abort', onAbort))

  const unpipe = new AbortController()
  stack.defer(() => unpipe.abort())
  // Only `close` counts: the ends of the pipeline and of the user's input have no meaning.
  pipeline(input, channel, { signal: unpipe.signal }).catch(() => undefined)
  // A terminal has no stderr, but the channel ends only when its stderr was read.
  channel.stderr.resume()
  channel.on('data', (chunk: Buffer) => {
    if (output.write(chunk)) return
    channel.pause()
    output.once('drain', () => channel.resume())
  })
  return await ended.promise
}

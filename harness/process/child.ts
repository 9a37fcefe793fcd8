// A long-lived child such as QEMU: talked to over inherited descriptors, never outliving the harness.
import { spawn } from 'node:child_process'
import type { Duplex, Readable } from 'node:stream'
import { InfraError, messageOf } from '../base/errors.ts'
import { dieWithHarness, isMissing } from './run-program.ts'

/** How a child ended. */
export interface ChildExit {
  /** Missing when a signal ended it. */
  readonly code: number | undefined
  readonly signal: string | undefined
  /** The end of what it wrote to stderr, at most 64 KiB. */
  readonly stderr: string
  /** There is no such program. */
  readonly missing: boolean
}

/** A running child. Disposing of it kills it and waits until it is gone. */
export interface Child extends AsyncDisposable {
  readonly pid: number
  /** A line that can be pasted into a shell, save for the channels. */
  readonly command: string
  /** Two-way byte channels: the child sees them as sockets on descriptors 3, 4, … */
  readonly channels: readonly Duplex[]
  /** Never rejects. */
  readonly exited: Promise<ChildExit>
  /** SIGKILL: for children that have nothing to save. */
  kill(): void
}

const stderrLimit = 64 * 1024
// How long stderr may stay open after the end of a child.
const stderrMilliseconds = 300

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** The command line as one pastes it into a shell. */
export function shellLine(command: string, args: readonly string[]): string {
  return [command, ...args].map(quoted).join(' ')
}

function collectTail(stream: Readable): () => string {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-stderrLimit)
  })
  return () => text.trimEnd()
}

function isChannel(stream: unknown): stream is Duplex {
  return typeof stream === 'object' && stream !== null && 'readable' in stream && 'writable' in stream
}

/**
 * Starts `command` with `channels` socket pairs on descriptors 3 and up: no path in the file system leads to them, so
 * nobody else can connect and nothing is left behind.
 *
 * This is node:child_process and not execa, which buffers, decorates and costs 80 ms to load before QEMU could start.
 * The child has its own session: a Ctrl-C in the terminal is for the harness, which then stops it in order.
 * @throws {InfraError} CHILD_NOT_STARTED when the machine cannot start any process
 */
export async function startChild(
  command: string,
  args: readonly string[],
  options: {
    readonly channels: number
    /** Open files of ours that the child gets as well, on the descriptors after the channels. */
    readonly files?: readonly number[]
  },
): Promise<Child> {
  const [file, wrapped] = dieWithHarness(command, args)
  const child = spawn(file, wrapped, {
    stdio: [
      'ignore',
      'ignore',
      'pipe',
      ...Array<'pipe'>(options.channels).fill('pipe'),
      ...(options.files ?? []),
    ],
    detached: true,
  })
  const exited = Promise.withResolvers<ChildExit>()
  const failed = Promise.withResolvers<never>()
  const stderr = child.stderr === null ? () => '' : collectTail(child.stderr)
  child.once('error', (error) =>
    failed.reject(
      new InfraError('CHILD_NOT_STARTED', `cannot start ${file}: ${messageOf(error)}`, {
        hint: 'gmemtest doctor says what is missing and how to install it',
        cause: error,
        transient: true,
      }),
    ),
  )
  // Not 'close': that waits for the channels too, and one that nobody reads any more never closes.
  child.once('exit', (code, signal) => {
    let timer: NodeJS.Timeout | undefined
    const finish = (): void => {
      clearTimeout(timer)
      const text = stderr()
      exited.resolve({
        code: code ?? undefined,
        signal: signal ?? undefined,
        stderr: text,
        missing: isMissing(code ?? undefined, text),
      })
    }
    if (child.stderr === null || child.stderr.closed) {
      finish()
      return
    }
    child.stderr.once('close', finish)
    // A grandchild may keep it open.
    timer = setTimeout(() => child.stderr?.destroy(), stderrMilliseconds)
  })
  const started = Promise.withResolvers<undefined>()
  child.once('spawn', () => started.resolve(undefined))
  await Promise.race([started.promise, failed.promise])

  const channels = child.stdio.slice(3, 3 + options.channels).filter(isChannel)
  // The child's end going away is news for whoever reads `exited`, not an exception.
  for (const channel of channels) channel.on('error', () => undefined)
  return {
    pid: child.pid ?? 0,
    command: shellLine(command, args),
    channels,
    exited: exited.promise,
    kill: () => void child.kill('SIGKILL'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      for (const channel of channels) channel.destroy()
      await exited.promise
    },
  }
}

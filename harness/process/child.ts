// A long-lived child such as QEMU: the harness talks to it over inherited descriptors, and it never outlives the harness.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import { InfraError, messageOf } from '../base/errors.ts'
import { hasHidden, replaceHidden } from '../base/visible-text.ts'
import { dieWithHarness, isMissing } from './run-program.ts'

/** How a child ended. */
export interface ChildExit {
  /** Missing when a signal ended it. */
  readonly code: number | undefined
  readonly signal: string | undefined
  /** The end of its stderr, at most 64 KiB. */
  readonly stderr: string
  /** The program does not exist. */
  readonly missing: boolean
}

/** A running child. Disposing of it kills it and waits for its end. */
export interface Child extends AsyncDisposable {
  readonly pid: number
  /** A line that can be pasted into a shell, save for the channels. */
  readonly command: string
  /** Two-way byte channels: the child sees them as sockets on descriptors 3, 4, … */
  readonly channels: readonly Duplex[]
  /** Never rejects. */
  readonly exited: Promise<ChildExit>
  /** Sends SIGKILL: for children that have no data to save. */
  kill(): void
  /** Lets this process end while the child runs; the child ends with it. */
  unref(): void
}

const stderrLimit = 64 * 1024
/** How long stderr may stay open after the end of a child. */
const stderrMilliseconds = 300

/** Returns a word as a shell reads it, quoted where necessary, on one line and without hidden characters. */
export function shellWord(word: string): string {
  if (hasHidden(word)) return `$'${replaceHidden(word.replaceAll(/['\\]/g, String.raw`\$&`), shellEscape)}'`
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** Returns a character as bash and zsh read it in $'…'. Half of a pair cannot be written. */
function shellEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code < 0x80
    ? String.raw`\x${code.toString(16).padStart(2, '0')}`
    : String.raw`\U${code.toString(16).padStart(8, '0')}`
}

/** Returns a command line to paste into a shell. */
export function shellLine(command: string, args: readonly string[]): string {
  return [command, ...args].map(shellWord).join(' ')
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
 * Starts `command` with `channels` socket pairs on descriptors 3 and up: they have no path in the file system, so no other
 * process can connect and no file remains.
 *
 * Uses node:child_process and not execa, which buffers, decorates and takes 80 ms to load before QEMU can start.
 * The child has its own session: Ctrl-C in the terminal reaches only the harness, which then stops the child in order.
 * @throws {InfraError} CHILD_NOT_STARTED when this computer cannot start any process
 */
export async function startChild(
  command: string,
  args: readonly string[],
  options: {
    readonly channels: number
    /** Open files of the harness that the child gets too, on the descriptors after the channels. */
    readonly files?: readonly number[]
  },
): Promise<Child> {
  const [file, wrapped] = dieWithHarness(command, args)
  const child = spawn(file, wrapped, {
    stdio: ['ignore', 'ignore', 'pipe', ...Array<'pipe'>(options.channels).fill('pipe'), ...(options.files ?? [])],
    detached: true,
  })
  const exited = Promise.withResolvers<ChildExit>()
  const stderr = child.stderr === null ? () => '' : collectTail(child.stderr)
  // A signal to a child that has just ended may fail.
  child.on('error', () => undefined)
  // Not 'close': that waits for the channels too, and an unread channel never closes.
  child.once('exit', (code, signal) => {
    // A grandchild may keep stderr open.
    const timer = setTimeout(() => child.stderr?.destroy(), stderrMilliseconds)
    const finish = (): void => {
      clearTimeout(timer)
      const text = stderr()
      const missing = isMissing(code ?? undefined, text)
      exited.resolve({ code: code ?? undefined, signal: signal ?? undefined, stderr: text, missing })
    }
    if (child.stderr === null || child.stderr.closed) finish()
    else child.stderr.once('close', finish)
  })
  await once(child, 'spawn').catch((cause: unknown) => {
    throw new InfraError('CHILD_NOT_STARTED', `cannot start ${file}: ${messageOf(cause)}`, {
      cause,
      hint: "run 'gmemtest doctor': it lists the missing programs and how to install them",
      transient: true,
    })
  })

  const channels = child.stdio.slice(3, 3 + options.channels).filter(isChannel)
  // The caller sees the end of the child in `exited`; an exception for a channel adds nothing.
  for (const channel of channels) channel.on('error', () => undefined)
  return {
    pid: child.pid ?? 0,
    command: shellLine(command, args),
    channels,
    exited: exited.promise,
    kill: () => void child.kill('SIGKILL'),
    unref() {
      child.unref()
      for (const stream of child.stdio) if (stream instanceof Socket) stream.unref()
    },
    async [Symbol.asyncDispose]() {
      child.ref()
      child.kill('SIGKILL')
      for (const channel of channels) channel.destroy()
      await exited.promise
    },
  }
}

// Saves the state of an instance into a file, and lets another QEMU continue from it in a fraction of the time of a boot.
import type { Patience } from '../base/patience.ts'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sleep, withDeadline } from '../base/deadline.ts'
import { InfraError, messageOf } from '../base/errors.ts'
import { answerFields, type QmpOptions } from './qmp.ts'
import { startQemu, type RunningQemu, type SavedState, type StartOptions } from './start.ts'
import { describeDeath, type Vm } from './vm.ts'

const saveMilliseconds = 30_000
const restoreMilliseconds = 3000
const pollMilliseconds = 10
// The stream stays on this computer, so it needs no limit.
const bytesPerSecond = 2 ** 36
const entropyBytes = 32

export interface SaveOptions {
  readonly signal: AbortSignal
  /** How many times slower than real hardware the instance is. */
  readonly patience: Patience
}

/**
 * Writes the state of an instance into `file`, which only this user can read: it holds all memory of the instance. The
 * instance is stopped afterwards, for good.
 * @throws {InfraError} STATE_NOT_SAVED, QMP_REFUSED, QMP_LOST
 * @throws {DeadlineExceeded} when it takes too long
 * @throws the error of the file system when the file cannot be written
 */
export async function saveState(vm: Pick<Vm, 'qmp'>, file: string, options: SaveOptions): Promise<void> {
  await using stack = new AsyncDisposableStack()
  // QEMU may not start programs, and gets no further descriptors: the way left is a socket in a private directory. The path
  // of a socket has 107 bytes at most, so the directory is named by its descriptor.
  const directory = stack.adopt(await open(path.dirname(file), 'r'), (handle) => handle.close())
  const socketFile = `/proc/${process.pid}/fd/${directory.fd}/${path.basename(file)}.socket`
  const server = createServer()
  stack.defer(() => void server.close())
  server.listen(socketFile)
  const milliseconds = options.patience.for(saveMilliseconds)
  const limit = { stage: 'saving the state of the instance', milliseconds, signal: options.signal }
  await withDeadline(limit, async (signal) => {
    await once(server, 'listening', { signal })
    const connected = Promise.withResolvers<Socket>()
    server.once('connection', connected.resolve)
    const asked = { signal, timeout: milliseconds }
    await vm.qmp.execute('migrate-set-parameters', { 'max-bandwidth': bytesPerSecond }, asked)
    await vm.qmp.execute('migrate', { uri: `unix:${socketFile}` }, asked)
    const written = connected.promise.then((socket) =>
      pipeline(socket, createWriteStream(file, { mode: 0o600, flush: true }), { signal }),
    )
    // A migration may also fail before it is connected.
    await Promise.all([written, completion(vm, asked)])
  })
}

async function completion(vm: Pick<Vm, 'qmp'>, asked: QmpOptions): Promise<void> {
  for (;;) {
    const { status, 'error-desc': reason = status } = answerFields(await vm.qmp.execute('query-migrate', {}, asked))
    if (status === 'completed') return
    if (status === 'failed' || status === 'cancelled') {
      const message = `QEMU could not save the state of the instance: ${String(reason)}`
      throw new InfraError('STATE_NOT_SAVED', message, { transient: true })
    }
    await sleep(pollMilliseconds, asked.signal)
  }
}

/**
 * Starts a QEMU that continues from a saved state, and waits until it runs; leaves nothing behind when that fails.
 * `onStarted` receives the command line before that.
 * @throws {InfraError} RESTORE_FAILED, and what `startQemu` throws
 */
export async function restoreVm(
  options: StartOptions & { readonly savedState: SavedState },
  onStarted?: (command: string) => void,
): Promise<Vm> {
  await using stack = new AsyncDisposableStack()
  const running = stack.use(
    await startQemu(options).catch((error: unknown) => {
      throw isUnreadable(error) ? restoreError(error) : error
    }),
  )
  onStarted?.(running.command)
  const milliseconds = options.accelerator.patience.for(restoreMilliseconds)
  const limit = { stage: 'restoring the state of an instance', milliseconds, signal: options.signal }
  try {
    await withDeadline(limit, (signal) => resumption(running, { signal, timeout: milliseconds }))
  } catch (cause) {
    options.signal.throwIfAborted()
    throw restoreError(cause)
  }
  stack.move()
  return { ...running, bootMilliseconds: performance.now() - running.startedAt }
}

function restoreError(cause: unknown): InfraError {
  return new InfraError('RESTORE_FAILED', `QEMU cannot continue from a saved state: ${messageOf(cause)}`, {
    cause,
    transient: true,
  })
}

/** Whether QEMU refused the state and ended before its monitor had answered. */
function isUnreadable(error: unknown): boolean {
  return error instanceof InfraError && error.code === 'QEMU_FAILED' && /migration/.test(error.message)
}

/** Resolves when the virtual CPUs run. */
async function resumption(running: RunningQemu, asked: QmpOptions): Promise<void> {
  const resumed = Promise.withResolvers<void>()
  using listening = new DisposableStack()
  listening.use(running.qmp.onEvent(({ name }) => (name === 'RESUME' ? resumed.resolve() : undefined)))
  const died = running.died.then((death): never => {
    throw new Error(describeDeath(death))
  })
  // Once the instance runs, other code handles `died`.
  died.catch(() => undefined)
  const status = running.qmp.execute('query-status', {}, asked).catch((error: unknown) => {
    // The monitor is lost a moment before the reason of the death is known.
    if (error instanceof InfraError && error.code === 'QMP_LOST') return died
    throw error
  })
  if (answerFields(await status)['status'] === 'running') return
  await Promise.race([resumed.promise, died])
}

/**
 * Sends the time and random bytes to a restored instance, before the ssh session on this channel begins. Without random
 * bytes, all instances restored from one state would use the same keys (guest-images/minimal/restored.h).
 */
export function greetRestored(channel: Duplex, now: Date): void {
  const milliseconds = now.getTime()
  const seconds = Math.floor(milliseconds / 1000)
  const nanoseconds = (milliseconds % 1000) * 1_000_000
  channel.write(`gmemtest-restored ${seconds} ${nanoseconds} ${randomBytes(entropyBytes).toString('hex')}\n`)
}

// Starts QEMU with a kernel and connects its channels: monitor, console, ssh. The boot itself is in wait-for-init.ts.
import { open, type FileHandle } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import { startChild, type Child } from '../process/child.ts'
import { InfraError, messageOf } from '../base/errors.ts'
import { channelCount, qemu, qemuOptions, sshDevice } from './arguments.ts'
import { ConsoleWriter } from './console.ts'
import { configOf, qemuMissing, type Hardware } from './hardware.ts'
import { checkKernelFile } from './kernel-image.ts'
import { watch } from './monitor.ts'
import { openQmp, type Qmp, type QmpEvent } from './qmp.ts'
import { followFile } from './tail.ts'
import type { SshEndpoint, Vm } from './vm.ts'

export interface StartOptions extends Hardware {
  /** The file that QEMU appends the whole console to; its directory exists. Default: the console is only in memory. */
  readonly consoleFile?: string
  readonly signal: AbortSignal
  /** The state that QEMU continues from, instead of booting. */
  readonly savedState?: SavedState
  /** Gives the free bytes of a directory; default: asks the file system. */
  readonly free?: (directory: string) => Promise<number>
}

/** The state of an instance that was started with the same hardware. */
export interface SavedState {
  readonly file: string
  /** How many ssh channels that instance had used. */
  readonly usedChannels: number
}

/** A running QEMU. Disposal kills it and waits until it is gone. */
export interface RunningQemu extends Omit<Vm, 'bootMilliseconds'> {
  /** When it was started, on the clock of `performance.now()`. */
  readonly startedAt: number
}

const startMilliseconds = 10_000
const stderrLines = 10
// The last output of a server may still be in its channel when QEMU reports that the server is gone.
const goodbyeMilliseconds = 100

/** Opens a state for one QEMU: each reads it from its beginning. */
async function openState(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r')
  } catch (cause) {
    const message = `cannot read the saved state of an instance: ${messageOf(cause)}`
    throw new InfraError('STATE_UNREADABLE', message, { cause, transient: true })
  }
}

/** Hands out channels one by one, except those that had their session before the instance was saved. */
function sshEndpoint(channels: readonly Duplex[], used: number): SshEndpoint {
  const free = channels.slice(used)
  return {
    take() {
      const channel = free.shift()
      if (channel !== undefined) return channel
      throw new InfraError('SSH_CHANNELS_USED', `all ${channels.length} ssh sessions of the instance have been used`)
    },
  }
}

/** Ends the channel of an ssh server that is gone, so that no code waits for its answer. */
function endWithServer({ name, data }: QmpEvent, channels: readonly Duplex[]): void {
  if (name !== 'VSERPORT_CHANGE' || data['open'] !== false) return
  const channel = channels.find((_, index) => sshDevice(index) === data['id'])
  if (channel !== undefined) setTimeout(() => channel.destroy(), goodbyeMilliseconds).unref()
}

/** Makes the error for a QEMU that ended before its monitor answered. */
async function startFailure(child: Child, cause: unknown): Promise<InfraError> {
  child.kill()
  const { missing, code, signal, stderr } = await child.exited
  if (missing) return qemuMissing(cause)
  const lines = stderr.split('\n').filter((line) => line !== '')
  const how = code === undefined ? `it was ended by ${signal}` : `exit code ${code}`
  return new InfraError('QEMU_FAILED', `QEMU could not start: ${lines.at(-1) ?? how}`, {
    tail: lines.slice(0, -1).slice(-stderrLines),
    cause,
    transient: true,
  })
}

async function startOnce(options: StartOptions, sandbox: boolean): Promise<RunningQemu> {
  const { savedState, dumpable = false } = options
  const args = qemuOptions({
    ...configOf(options, sandbox),
    // The list of processes shows which run a QEMU belongs to.
    name: options.consoleFile ?? 'gmemtest',
    restores: savedState !== undefined,
  })
  await using stack = new AsyncDisposableStack()
  const startedAt = performance.now()
  const console = new ConsoleWriter()
  const tail = stack.use(followFile(options.consoleFile, (chunk) => console.write(chunk), options.free))
  await tail.checkSpace()
  const state = savedState === undefined ? [] : [stack.use(await openState(savedState.file)).fd]
  const child = await startChild(qemu, args.flat(), { channels: channelCount, files: [tail.writer, ...state] })
  const monitor = watch({ child, console, tail, isKept: dumpable })
  // Disposal runs in reverse order: announce the end, kill QEMU, read the last lines, close the file.
  stack.defer(async () => {
    await monitor.died
    console.end()
  })
  stack.use(child)
  stack.defer(() => monitor.closing())
  const [qmpChannel, ...sshChannels] = child.channels
  if (qmpChannel === undefined)
    throw new InfraError('QEMU_FAILED', 'QEMU was started without its channels', { transient: true })

  let qmp: Qmp
  try {
    qmp = await openQmp(qmpChannel, {
      signal: options.signal,
      timeout: startMilliseconds,
      // From the first event on: an event may come together with the answer to the handshake.
      onEvent: (event) => {
        monitor.onEvent(event)
        endWithServer(event, sshChannels)
      },
    })
  } catch (error) {
    options.signal.throwIfAborted()
    const failure = await startFailure(child, error)
    const death = await monitor.died
    throw death.kind === 'console-full' ? death.error : failure
  }
  // QEMU may outlive the instance, and its channels with it.
  void monitor.died.then(() => sshChannels.forEach((channel) => channel.destroy()))
  const owned = stack.move()
  return {
    ssh: sshEndpoint(sshChannels, savedState?.usedChannels ?? 0),
    console,
    qmp,
    died: monitor.died,
    pid: child.pid,
    command: child.command,
    catchUp: () => tail.catchUp(),
    startedAt,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/**
 * Starts QEMU and waits until its monitor answers; the kernel is then booting.
 * @throws {UsageError | BuildError} when the kernel cannot be booted (`checkKernelFile`)
 * @throws {InfraError} CONSOLE_NOT_WRITABLE, NO_SPACE, QEMU_MISSING, STATE_UNREADABLE, or QEMU_FAILED with QEMU's reason
 */
export async function startQemu(options: StartOptions): Promise<RunningQemu> {
  options.signal.throwIfAborted()
  checkKernelFile(options.vmlinux)
  try {
    return await startOnce(options, true)
  } catch (error) {
    // A QEMU without seccomp, or a container that refuses the filter.
    const isSandbox = error instanceof InfraError && /sandbox|seccomp/.test(error.message)
    if (!isSandbox) throw error
    return await startOnce(options, false)
  }
}

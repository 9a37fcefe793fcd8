// Starts QEMU with a kernel and wires up its channels: monitor, console, ssh. What the guest makes of it is boot.ts.
import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { cpus, release } from 'node:os'
import type { Duplex } from 'node:stream'
import { startChild } from '../process/child.ts'
import type { Child } from '../process/child.ts'
import { fileIdentity, findExecutable } from '../process/executable.ts'
import { InfraError, messageOf } from '../base/errors.ts'
import type { Bytes } from '../base/units.ts'
import type { Accelerator } from './accelerator.ts'
import { channelCount, qemu, qemuOptions, sshDevice } from './arguments.ts'
import type { MachineConfig } from './arguments.ts'
import { createConsole } from './console.ts'
import type { ConsoleLog } from './console.ts'
import { checkKernelFile } from './kernel-image.ts'
import { watch } from './monitor.ts'
import { openQmp } from './qmp.ts'
import type { Qmp, QmpEvent } from './qmp.ts'
import { followFile } from './tail.ts'
import type { SshEndpoint, VmDeath } from './vm.ts'

export interface StartOptions {
  readonly vmlinux: string
  readonly initramfs: string
  readonly accelerator: Accelerator
  readonly memory: Bytes
  readonly cpus: number
  /** Where QEMU appends the whole console; its directory exists. Without it, the console is kept in memory alone. */
  readonly consoleFile?: string
  /** Further words for the command line of the kernel. */
  readonly append?: readonly string[]
  /** Keep QEMU when the guest has died, so that its memory can be dumped. */
  readonly dumpable?: boolean
  readonly signal: AbortSignal
  /** What the guest goes on from, instead of booting. */
  readonly savedState?: SavedState
  /** How many bytes are free in a directory; the file system is asked if not given. */
  readonly free?: (directory: string) => Promise<number>
}

/** The state of a machine that was started with the same options. */
export interface SavedState {
  readonly file: string
  /** How many ssh channels that machine had used. */
  readonly usedChannels: number
}

/** A QEMU that runs. Disposing of it kills it and waits until it is gone. */
export interface RunningQemu extends AsyncDisposable {
  readonly ssh: SshEndpoint
  readonly console: ConsoleLog
  readonly qmp: Qmp
  readonly died: Promise<VmDeath>
  readonly pid: number
  readonly command: string
  /** Reads what the guest has said so far. */
  catchUp(this: void): Promise<void>
  /** When it was started, on the clock of `performance.now()`. */
  readonly startedAt: number
}

const startMilliseconds = 10_000
// What the server said last may still be in its channel when QEMU reports that it is gone.
const goodbyeMilliseconds = 100
const stderrLines = 10

/** Where distributions put QEMU's firmware. */
const firmwareDirectories = ['/usr/share/qemu', '/usr/local/share/qemu', '/usr/share/qemu-kvm']
const fastFirmware = 'qboot.rom'

/** Hands out channels one by one, without those that have had their session before the machine was saved. */
function sshEndpoint(channels: readonly Duplex[], used: number): SshEndpoint {
  const free = channels.slice(used)
  return {
    take() {
      const channel = free.shift()
      if (channel !== undefined) return channel
      throw new InfraError(
        'SSH_CHANNELS_USED',
        `all ${channels.length} ssh sessions of the VM have been used`,
      )
    },
  }
}

/** Ends each ssh channel as soon as its server in the guest is gone: nobody should wait for an answer from it. */
function endWithServer({ name, data }: QmpEvent, channels: readonly Duplex[]): void {
  if (name !== 'VSERPORT_CHANGE' || data['open'] !== false) return
  const channel = channels.find((_, index) => sshDevice(index) === data['id'])
  if (channel !== undefined) setTimeout(() => channel.destroy(), goodbyeMilliseconds).unref()
}

/** Each QEMU reads it from its beginning, so each has it opened for itself. */
async function openState(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r')
  } catch (cause) {
    throw new InfraError(
      'STATE_UNREADABLE',
      `cannot read the saved state of a machine: ${messageOf(cause)}`,
      { cause, transient: true },
    )
  }
}

async function closeFile(file: FileHandle): Promise<void> {
  await file.close()
}

async function endWithGuest(died: Promise<VmDeath>, channels: readonly Duplex[]): Promise<void> {
  await died
  for (const channel of channels) channel.destroy()
}

/** Why QEMU is gone before it could say a word. */
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

type Hardware = Pick<
  StartOptions,
  'vmlinux' | 'initramfs' | 'accelerator' | 'memory' | 'cpus' | 'append' | 'dumpable'
>

/** What QEMU is started with, whatever the machine is called and wherever it begins. */
function configOf(hardware: Hardware, sandbox: boolean): Omit<MachineConfig, 'name' | 'restores'> {
  return {
    ...hardware,
    accelerator: hardware.accelerator.name,
    append: hardware.append ?? [],
    dumpable: hardware.dumpable ?? false,
    sandbox,
    firmware: fastFirmwareFile() === undefined ? undefined : fastFirmware,
  }
}

function fastFirmwareFile(): string | undefined {
  return firmwareDirectories
    .map((directory) => `${directory}/${fastFirmware}`)
    .find((file) => existsSync(file))
}

/**
 * All that the state of a machine depends on: a saved one can be restored only where these texts are the same.
 * @throws {InfraError} QEMU_MISSING
 */
export function hardwareIdentity(hardware: Hardware): string[] {
  const program = findExecutable(qemu)
  if (program === undefined) throw qemuMissing()
  const firmware = fastFirmwareFile()
  // Under KVM the guest sees the processor of this machine.
  const processor = hardware.accelerator.name === 'kvm' ? [cpus()[0]?.model ?? '', release()] : []
  return [
    ...qemuOptions({ ...configOf(hardware, false), name: '', restores: false }).flat(),
    ...[program, firmware, hardware.vmlinux, hardware.initramfs].flatMap((file) =>
      file === undefined ? [] : [fileIdentity(file)],
    ),
    ...processor,
  ]
}

function qemuMissing(cause?: unknown): InfraError {
  return new InfraError('QEMU_MISSING', `${qemu} is not installed`, {
    hint: 'apt-get install qemu-system-x86',
    cause,
  })
}

async function startOnce(options: StartOptions, sandbox: boolean): Promise<RunningQemu> {
  const { savedState, dumpable = false } = options
  const args = qemuOptions({
    ...configOf(options, sandbox),
    // Whoever finds a QEMU in the list of processes sees which run it belongs to.
    name: options.consoleFile ?? 'gmemtest',
    restores: savedState !== undefined,
  })
  await using stack = new AsyncDisposableStack()
  const startedAt = performance.now()
  const console = createConsole()
  const tail = stack.use(
    followFile(options.consoleFile, (chunk) => console.write(chunk), { free: options.free }),
  )
  await tail.checkSpace()
  const state = savedState === undefined ? [] : [stack.adopt(await openState(savedState.file), closeFile).fd]
  const child = await startChild(qemu, args.flat(), {
    channels: channelCount,
    files: [tail.writer, ...state],
  })
  const monitor = watch({ child, console, tail, isKept: dumpable })
  // In this order, from the last one: say that it is our doing, kill QEMU, read the last words, close the file.
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
      // From the first event on: one that comes with the answer to the handshake would be missed later.
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
  // Where QEMU outlives the guest, nobody else would say that there is no answer to come.
  void endWithGuest(monitor.died, sshChannels)
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
 * Starts QEMU and waits until its monitor answers; the guest is then on its way up.
 * @throws {UsageError | BuildError} when the kernel cannot be booted (`checkKernelFile`)
 * @throws {InfraError} CONSOLE_NOT_WRITABLE, NO_SPACE, QEMU_MISSING, STATE_UNREADABLE, or QEMU_FAILED with what QEMU said
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

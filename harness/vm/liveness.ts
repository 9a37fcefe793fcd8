// Finds out from outside whether QEMU and the kernel in it are alive, when the agent does not answer any more.
import type { Patience } from '../base/patience.ts'
import { readFile } from 'node:fs/promises'
import { DeadlineExceeded, sleep, withDeadline } from '../base/deadline.ts'
import { InfraError } from '../base/errors.ts'
import type { ConsoleLog } from './console.ts'
import { answerFields, type Qmp } from './qmp.ts'
import { pressKeys } from './serial-keys.ts'
import { namesBeside } from './symbols.ts'
import { vcpuPositions, type VcpuPosition } from './vcpus.ts'

/**
 * The state of QEMU.
 * - `runs`: QEMU and its virtual CPUs run.
 * - `stopped`: the process is stopped (SIGSTOP, a debugger).
 * - `paused`: QEMU answers, but its virtual CPUs do not run; `status` is QEMU's word for the reason.
 * - `silent`: the process runs, but its monitor does not answer.
 * - `gone`: there is no such process, or its monitor is closed.
 */
export type QemuState =
  { readonly kind: 'runs' | 'stopped' | 'silent' | 'gone' } | { readonly kind: 'paused'; readonly status: string }

/** Each method waits for a bounded time, which grows with the time factor of the instance. */
export interface Liveness {
  qemu(this: void, signal: AbortSignal): Promise<QemuState>
  /** Sends a non-maskable interrupt; true when the kernel confirms it on its console. */
  nmi(this: void, signal: AbortSignal): Promise<boolean>
  /**
   * Requests the blocked tasks (sysrq-w) and the stacks of the CPUs (sysrq-l) over the serial line. Gives the lines of the
   * kernel, none when it does not answer.
   * @throws {InfraError} when the keys cannot be sent
   */
  sysrq(this: void, signal: AbortSignal): Promise<readonly string[]>
  /**
   * Gives the positions of the virtual CPUs, twice in a short time.
   * @throws {InfraError} when QEMU does not tell
   */
  vcpus(this: void, signal: AbortSignal): Promise<readonly (readonly VcpuPosition[])[]>
}

export interface LivenessOptions {
  readonly qmp: Qmp
  /** The process of QEMU. */
  readonly pid: number
  readonly console: ConsoleLog
  readonly vmlinux: string
  /** How many times slower than real hardware the instance is. */
  readonly patience: Patience
}

// For an instance as fast as this computer; a second at least, since this computer may be busy.
const base = { qmp: 300, nmi: 100, keys: 200 } as const
const leastMilliseconds = 1000
const betweenLooksMilliseconds = 200

/** The lines of kernels about an interrupt without a handler. */
const nmiLine = /\bNMI(?: received|:| backtrace)|Dazed and confused/

/** Makes the liveness checks of an instance. */
export function livenessOf(options: LivenessOptions): Liveness {
  const { qmp, pid, console, vmlinux, patience } = options
  const qmpTimeout = patience.for(base.qmp, leastMilliseconds)

  async function qemu(signal: AbortSignal): Promise<QemuState> {
    const state = await processState(pid)
    if (state === undefined || state === 'Z' || state === 'X') return { kind: 'gone' }
    if (state === 'T' || state === 't') return { kind: 'stopped' }
    try {
      const { status = 'unknown' } = answerFields(
        await qmp.execute('query-status', {}, { signal, timeout: qmpTimeout }),
      )
      return status === 'running' ? { kind: 'runs' } : { kind: 'paused', status: String(status) }
    } catch (error) {
      if (error instanceof DeadlineExceeded) return { kind: 'silent' }
      if (error instanceof InfraError && error.code === 'QMP_LOST') return { kind: 'gone' }
      throw error
    }
  }

  async function nmi(signal: AbortSignal): Promise<boolean> {
    const answered = Promise.withResolvers<void>()
    using listener = console.onLine((line) => (nmiLine.test(line) ? answered.resolve() : undefined))
    void listener
    await asInfra(qmp.execute('inject-nmi', {}, { signal, timeout: qmpTimeout }))
    const milliseconds = patience.for(base.nmi, leastMilliseconds)
    const limit = { stage: 'the answer to an NMI', milliseconds, signal }
    return await withDeadline(limit, () => answered.promise).then(
      () => true,
      (error: unknown) => {
        if (error instanceof DeadlineExceeded) return false
        throw error
      },
    )
  }

  async function vcpus(signal: AbortSignal): Promise<readonly (readonly VcpuPosition[])[]> {
    const nameOf = await namesBeside(vmlinux)
    const look = (): Promise<readonly VcpuPosition[]> =>
      asInfra(vcpuPositions(qmp, nameOf, { signal, timeout: qmpTimeout }))
    const first = await look()
    await sleep(betweenLooksMilliseconds, signal)
    return [first, await look()]
  }

  return {
    qemu,
    nmi,
    sysrq: (signal) =>
      asInfra(pressKeys(qmp, ['w', 'l'], { signal, patience: patience.for(base.keys, leastMilliseconds), qmpTimeout })),
    vcpus,
  }
}

/** Gives the letter of the state of a process of this computer; nothing when there is no such process. */
async function processState(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : /^\d+ \(.*\) (\w)/s.exec(text)?.[1]
}

/** Turns a deadline of QMP into an infrastructure error. */
async function asInfra<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof DeadlineExceeded) throw new InfraError('QMP_SILENT', error.message, { cause: error })
    throw error
  }
}

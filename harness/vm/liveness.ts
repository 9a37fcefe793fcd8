// Is QEMU alive, and the kernel in it? Asked from the outside, when nothing inside answers any more.
import { readFile } from 'node:fs/promises'
import { DeadlineExceeded, sleep, withDeadline } from '../base/deadline.ts'
import { InfraError } from '../base/errors.ts'
import type { ConsoleLog } from './console.ts'
import type { Qmp } from './qmp.ts'
import { pressKeys } from './serial-keys.ts'
import { namesBeside } from './symbols.ts'
import { vcpuPositions } from './vcpus.ts'
import type { VcpuPosition } from './vcpus.ts'

/**
 * How QEMU is.
 * - `runs`: it does, and so do its virtual CPUs.
 * - `stopped`: its process is (SIGSTOP, a debugger).
 * - `paused`: it answers, and its virtual CPUs do not run; QEMU's word for it is with it.
 * - `silent`: its process runs and its monitor does not answer.
 * - `gone`: there is no such process, or nobody is at the other end of its monitor.
 */
export type QemuState =
  | { readonly kind: 'runs' | 'stopped' | 'silent' | 'gone' }
  | { readonly kind: 'paused'; readonly status: string }

/** Each question waits for a bounded time, which grows with the slowness of the machine. */
export interface Liveness {
  qemu(this: void, signal: AbortSignal): Promise<QemuState>
  /** Sends a non-maskable interrupt; true when the kernel says on its console that it came. */
  nmi(this: void, signal: AbortSignal): Promise<boolean>
  /**
   * Asks the kernel over the serial line for its blocked tasks (sysrq-w) and what its CPUs do (sysrq-l), and gives what it
   * says: nothing when it does not answer.
   * @throws {InfraError} when the keys could not be sent
   */
  sysrq(this: void, signal: AbortSignal): Promise<readonly string[]>
  /**
   * Where the virtual CPUs are, twice in a short time.
   * @throws {InfraError} when QEMU does not say it
   */
  vcpus(this: void, signal: AbortSignal): Promise<readonly (readonly VcpuPosition[])[]>
}

export interface LivenessOptions {
  readonly qmp: Qmp
  /** QEMU's process. */
  readonly pid: number
  readonly console: ConsoleLog
  readonly vmlinux: string
  /** How much slower than a real machine the guest is. */
  readonly timeFactor: number
}

// For a machine as fast as this one; a busy one is given a second all the same.
const base = { qmp: 300, nmi: 100, keys: 200 } as const
const leastMilliseconds = 1000
const betweenLooksMilliseconds = 200

/** What kernels say to an interrupt that nobody claims. */
const nmiLine = /\bNMI(?: received|:| backtrace)|Dazed and confused/

/** Asks a machine of ours. */
export function livenessOf(options: LivenessOptions): Liveness {
  const { qmp, pid, console, vmlinux, timeFactor } = options
  const patience = (milliseconds: number): number => Math.max(leastMilliseconds, milliseconds * timeFactor)
  const qmpTimeout = patience(base.qmp)

  async function qemu(signal: AbortSignal): Promise<QemuState> {
    const state = await processState(pid)
    if (state === undefined || state === 'Z' || state === 'X') return { kind: 'gone' }
    if (state === 'T' || state === 't') return { kind: 'stopped' }
    try {
      const status = statusIn(await qmp.execute('query-status', {}, { signal, timeout: qmpTimeout }))
      return status === 'running' ? { kind: 'runs' } : { kind: 'paused', status }
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
    const limit = { stage: 'the answer to an NMI', milliseconds: patience(base.nmi), signal }
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
      asInfra(pressKeys(qmp, ['w', 'l'], { signal, patience: patience(base.keys), qmpTimeout })),
    vcpus,
  }
}

/** The letter that the kernel of this machine has for the state of a process; nothing when there is none. */
async function processState(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : /^\d+ \(.*\) (\w)/s.exec(text)?.[1]
}

function statusIn(answer: unknown): string {
  return typeof answer === 'object' && answer !== null && 'status' in answer
    ? String(answer.status)
    : 'unknown'
}

/** QEMU that takes too long is trouble of this machine like any other. */
async function asInfra<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof DeadlineExceeded) throw new InfraError('QMP_SILENT', error.message, { cause: error })
    throw error
  }
}

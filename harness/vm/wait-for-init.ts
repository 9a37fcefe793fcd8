// Waits until the init of an instance is ready, or finds the reason why it is not.
import { DeadlineExceeded, unlessAborted, withDeadline } from '../base/deadline.ts'
import { BootError, InfraError } from '../base/errors.ts'
import type { ConsoleLog } from './console.ts'
import type { RunningQemu, StartOptions } from './start.ts'
import { describeDeath, type Vm, type VmDeath } from './vm.ts'

export interface BootOptions extends StartOptions {
  /** The deadline in milliseconds, before the accelerator's time factor applies; default 12 s. */
  readonly timeout?: number
}

// A kernel with all debugging options takes some 20 s under emulation on a busy computer.
const bootMilliseconds = 12_000
const tailLines = 30

const readyLine = /gmemtest-init: ready$/
const failedLine = /gmemtest-init: failed: (.*)$/

/** `problem` is missing when init is ready. */
type InitReport = { readonly problem?: string }

function reportOf(line: string): InitReport | undefined {
  if (readyLine.test(line)) return {}
  const problem = failedLine.exec(line)?.[1]
  return problem === undefined ? undefined : { problem }
}

/** Resolves with the report of init, which may be on the console already. */
async function initReport(console: ConsoleLog, signal: AbortSignal): Promise<InitReport> {
  const said = console
    .lines()
    .map(reportOf)
    .find((report) => report !== undefined)
  if (said !== undefined) return said
  const report = Promise.withResolvers<InitReport>()
  using listener = console.onLine((line) => {
    const found = reportOf(line)
    if (found !== undefined) report.resolve(found)
  })
  void listener
  return await unlessAborted(signal, report.promise)
}

/** Makes the error for an instance that died before it was up; its class tells whose fault that is. */
export function deathError(death: VmDeath, console: ConsoleLog): BootError | InfraError {
  const message = `the kernel did not come up: ${describeDeath(death)}`
  const tail = console.tail(tailLines)
  switch (death.kind) {
    case 'panic':
      return new BootError('KERNEL_PANIC', message, { tail })
    case 'guest-stopped':
      return new BootError('GUEST_STOPPED', message, { tail })
    case 'console-ended':
      return new InfraError('CONSOLE_ENDED', describeDeath(death), {
        tail,
        transient: true,
        hint: 'check the disk with the console log in the kernel log of this computer: dmesg | tail',
      })
    case 'console-full':
      return death.error
    case 'qemu-exited':
      return death.signal === undefined
        ? new InfraError('QEMU_FAILED', describeDeath(death), { tail, transient: true })
        : new InfraError('QEMU_KILLED', describeDeath(death), {
            tail,
            transient: true,
            hint: 'look for the OOM killer in the kernel log of this computer: dmesg | tail',
          })
    case 'closed':
      return new InfraError('VM_CLOSED', message)
    default:
      return death satisfies never
  }
}

function timeoutError(exceeded: DeadlineExceeded, console: ConsoleLog): BootError {
  const last = console.tail(1)[0]
  const said = last === undefined ? 'its console is empty' : `its last line is: ${last.trim()}`
  return new BootError('BOOT_TIMEOUT', `${exceeded.message}: ${said}`, { tail: console.tail(tailLines) })
}

// The kernel prints this line when two of its timers do not agree. It corrects one by the other, which is right unless this
// computer stood still between the two readings: then the timer of the instance is wrong for good.
const clockWords = /APIC calibration not consistent with PM-Timer: (\d+)ms instead of 100ms/
const rightMilliseconds = { least: 50, most: 200 } as const

/** Refuses an instance with timers that run too slowly: it would stall, and so would all copies of it. */
function requireClock(console: ConsoleLog): void {
  for (const line of console.lines()) {
    const measured = clockWords.exec(line)?.[1]
    if (measured === undefined) continue
    const isRight = Number(measured) >= rightMilliseconds.least && Number(measured) <= rightMilliseconds.most
    if (isRight) continue
    const message = `the instance measured its timers wrongly, since this computer is too busy: ${line.trim()}`
    throw new InfraError('CLOCK_WRONG', message, {
      transient: true,
      hint: 'run it again when this computer is less busy, or with fewer --jobs',
    })
  }
}

/**
 * Waits until the instance of a QEMU is up.
 * @throws {BootError} KERNEL_PANIC, GUEST_STOPPED, INIT_FAILED, BOOT_TIMEOUT: the fault of the kernel
 * @throws {InfraError} QEMU_KILLED, QEMU_FAILED, CONSOLE_ENDED, NO_SPACE, CLOCK_WRONG: the fault of this computer
 */
export async function waitForInit(running: RunningQemu, options: BootOptions): Promise<Vm> {
  const { console } = running
  const died = running.died.then((death): never => {
    throw deathError(death, console)
  })
  // Once the instance is up, other code handles `died`.
  died.catch(() => undefined)
  const limit = {
    stage: 'the boot of the kernel',
    milliseconds: options.accelerator.patience.for(options.timeout ?? bootMilliseconds),
    signal: options.signal,
  }
  try {
    const { problem } = await withDeadline(limit, (signal) => Promise.race([initReport(console, signal), died]))
    if (problem !== undefined) {
      const tail = console.tail(tailLines)
      throw new BootError('INIT_FAILED', `the init of the instance failed: ${problem}`, { tail })
    }
  } catch (error) {
    throw error instanceof DeadlineExceeded ? timeoutError(error, console) : error
  }
  requireClock(console)
  return { ...running, bootMilliseconds: performance.now() - running.startedAt }
}

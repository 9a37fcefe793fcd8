// Boots a virtual machine: waits until init says that it is ready, or says what happened instead.
import { DeadlineExceeded, withDeadline } from '../base/deadline.ts'
import { BootError, InfraError } from '../base/errors.ts'
import type { ConsoleLog } from './console.ts'
import { startQemu } from './start.ts'
import type { RunningQemu, StartOptions } from './start.ts'
import { describeDeath } from './vm.ts'
import type { Vm, VmDeath } from './vm.ts'

export interface BootOptions extends StartOptions {
  /** The deadline in milliseconds, before it is multiplied by the accelerator's factor; default 12 s. */
  readonly timeout?: number
}

// A kernel with all debugging options takes some 20 s under emulation on a busy machine.
const bootMilliseconds = 12_000
const tailLines = 30

const readyLine = /gmemtest-init: ready$/
const failedLine = /gmemtest-init: failed: (.*)$/

type InitReport = { readonly ready: true } | { readonly ready: false; readonly problem: string }

function reportOf(line: string): InitReport | undefined {
  if (readyLine.test(line)) return { ready: true }
  const problem = failedLine.exec(line)?.[1]
  return problem === undefined ? undefined : { ready: false, problem }
}

/** Resolves with what init says about itself; it may have said so already. */
async function initReport(console: ConsoleLog, signal: AbortSignal): Promise<InitReport> {
  const said = console
    .lines()
    .map(reportOf)
    .find((report) => report !== undefined)
  if (said !== undefined) return said
  const report = Promise.withResolvers<InitReport>()
  using stack = new DisposableStack()
  stack.use(
    console.onLine((line) => {
      const found = reportOf(line)
      if (found !== undefined) report.resolve(found)
    }),
  )
  signal.addEventListener('abort', () => report.reject(signal.reason), { once: true })
  return await report.promise
}

/** The error for a machine that died before it was up: the kernel's fault, or ours. */
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
        hint: 'is the disk with the console log in order? see the log of this machine: dmesg | tail',
      })
    case 'console-full':
      return death.error
    case 'qemu-exited':
      return death.signal === undefined
        ? new InfraError('QEMU_FAILED', describeDeath(death), { tail, transient: true })
        : new InfraError('QEMU_KILLED', describeDeath(death), {
            tail,
            transient: true,
            hint: 'did the machine run out of memory? see the log of its kernel: dmesg | tail',
          })
    case 'closed':
      return new InfraError('VM_CLOSED', message)
    default:
      return death satisfies never
  }
}

function timeoutError(exceeded: DeadlineExceeded, console: ConsoleLog): BootError {
  const last = console.tail(1)[0]
  const said = last === undefined ? 'it said nothing on its console' : `its last words: ${last.trim()}`
  return new BootError('BOOT_TIMEOUT', `${exceeded.message}: ${said}`, { tail: console.tail(tailLines) })
}

// What a kernel says when two of its timers do not agree. It corrects one by the other, which is right unless this machine
// stood still between the two looks: then the guest's timer is wrong by that much for good.
const clockWords = /APIC calibration not consistent with PM-Timer: (\d+)ms instead of 100ms/
const rightMilliseconds = { least: 50, most: 200 } as const

/** A guest whose timers go forty times too slow would stall in whatever it does, and so would all copies of it. */
function requireClock(console: ConsoleLog): void {
  for (const line of console.lines()) {
    const measured = clockWords.exec(line)?.[1]
    if (measured === undefined) continue
    const isRight = Number(measured) >= rightMilliseconds.least && Number(measured) <= rightMilliseconds.most
    if (isRight) continue
    const message = `the guest measured its timers wrongly, since this machine is too busy: ${line.trim()}`
    throw new InfraError('CLOCK_WRONG', message, {
      transient: true,
      hint: 'run it again when less is going on, or with fewer --jobs',
    })
  }
}

/**
 * Waits for the guest of a QEMU that was started.
 * @throws {BootError} KERNEL_PANIC, GUEST_STOPPED, INIT_FAILED, BOOT_TIMEOUT: the fault of the kernel
 * @throws {InfraError} QEMU_KILLED, QEMU_FAILED, CONSOLE_ENDED, NO_SPACE, CLOCK_WRONG: the fault of the machine
 */
export async function waitForGuest(running: RunningQemu, options: BootOptions): Promise<Vm> {
  const { console } = running
  const died = running.died.then((death): never => {
    throw deathError(death, console)
  })
  // Once the guest is up, its death is for whoever looks at `died`.
  died.catch(() => undefined)
  const limit = {
    stage: 'the boot of the kernel',
    milliseconds: (options.timeout ?? bootMilliseconds) * options.accelerator.timeFactor,
    signal: options.signal,
  }
  try {
    const report = await withDeadline(limit, (signal) => Promise.race([initReport(console, signal), died]))
    if (!report.ready) {
      throw new BootError('INIT_FAILED', `the init of the guest gave up: ${report.problem}`, {
        tail: console.tail(tailLines),
      })
    }
  } catch (error) {
    throw error instanceof DeadlineExceeded ? timeoutError(error, console) : error
  }
  requireClock(console)
  return { ...running, bootMilliseconds: performance.now() - running.startedAt }
}

/**
 * Starts QEMU and waits for the guest; when that fails, nothing of it is left.
 * @throws what `startQemu` and `waitForGuest` throw
 */
export async function bootVm(options: BootOptions): Promise<Vm> {
  await using stack = new AsyncDisposableStack()
  const running = stack.use(await startQemu(options))
  const vm = await waitForGuest(running, options)
  stack.move()
  return vm
}

// Watches QEMU from outside and derives why it died from console text, QMP events and the exit of the process.
import type { Child } from '../process/child.ts'
import { InfraError } from '../base/errors.ts'
import type { ConsoleLog } from './console.ts'
import type { QmpEvent } from './qmp.ts'
import type { Tail } from './tail.ts'
import type { VmDeath } from './vm.ts'

export interface Monitor {
  /** Never rejects. */
  readonly died: Promise<VmDeath>
  /** Takes the events of QMP. */
  onEvent(this: void, event: QmpEvent): void
  /** Announces that the harness is about to end QEMU. */
  closing(this: void): void
}

// How long the kernel may take to end after a panic: the rest of its trace comes in that time.
const defaultLastWords = 5000

const panicLine = /Kernel panic - not syncing: (.*)/

export interface Watched {
  readonly child: Pick<Child, 'exited' | 'kill'>
  readonly console: ConsoleLog
  /** Reads the rest of the console when QEMU is gone. */
  readonly tail: Pick<Tail, 'finish' | 'catchUp' | 'broken'>
  /** Whether QEMU stays when the kernel has died. */
  readonly isKept?: boolean
  /** In milliseconds, for tests. */
  readonly lastWords?: number
}

function isNoSpace(error: unknown): error is InfraError {
  return error instanceof InfraError && error.code === 'NO_SPACE'
}

/** Starts watching. */
export function watch(watched: Watched): Monitor {
  const { child, console, tail, isKept = false, lastWords = defaultLastWords } = watched
  const died = Promise.withResolvers<VmDeath>()
  let closing = false
  let panic: string | undefined
  let stopReason: string | undefined
  let consoleError: unknown
  let timer: NodeJS.Timeout | undefined

  const listener = console.onLine((line) => {
    const title = panicLine.exec(line)?.[1]
    if (title === undefined || panic !== undefined) return
    panic = title
    timer = setTimeout(() => (isKept ? void outlive() : child.kill()), lastWords)
  })

  // Without its console, splats would be missed: QEMU must not go on.
  tail.broken.catch((error: unknown) => {
    consoleError = error
    child.kill()
  })

  /** Handles the death of a kernel in a QEMU that stays. */
  async function outlive(): Promise<void> {
    await tail.catchUp()
    clearTimeout(timer)
    if (panic !== undefined) died.resolve({ kind: 'panic', title: panic })
    else if (stopReason !== undefined) died.resolve({ kind: 'guest-stopped', reason: stopReason })
  }

  async function follow(): Promise<void> {
    const { code, signal, stderr } = await child.exited
    // The last lines on the console decide.
    await tail.finish()
    clearTimeout(timer)
    listener[Symbol.dispose]()
    if (closing) died.resolve({ kind: 'closed' })
    else if (panic !== undefined) died.resolve({ kind: 'panic', title: panic })
    else if (stopReason !== undefined) died.resolve({ kind: 'guest-stopped', reason: stopReason })
    else if (isNoSpace(consoleError)) died.resolve({ kind: 'console-full', error: consoleError })
    else if (consoleError !== undefined) died.resolve({ kind: 'console-ended' })
    else died.resolve({ kind: 'qemu-exited', code, signal, stderr })
  }

  void follow()

  return {
    died: died.promise,
    onEvent({ name, data }) {
      if (name !== 'SHUTDOWN' || data['guest'] !== true) return
      stopReason = String(data['reason'])
      if (isKept) void outlive()
    },
    closing() {
      closing = true
    },
  }
}

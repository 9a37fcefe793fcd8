// SIGINT, SIGTERM and SIGHUP: the first one asks everything to stop in order, the second one ends the process at once.
import { constants } from 'node:os'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type StopSignal = (typeof signals)[number]

// npm and some shells deliver one Ctrl-C twice.
const duplicateMilliseconds = 300
// Most runs end sooner, as does an instance that --keep left up.
const noteMilliseconds = 1000

/** The reason of the aborted signal after SIGINT, SIGTERM or SIGHUP. It is not a failure. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  /** 128 + the number of the signal, as shells have it. */
  readonly exitCode: number

  constructor(signal: StopSignal) {
    super(`interrupted by ${signal}`)
    this.exitCode = 128 + constants.signals[signal]
  }
}

/** Returns whether the user ended a kept instance as gmemtest asks for: by Ctrl-C, and not by the loss of the terminal. */
export function endsKeeping({ reason }: AbortSignal): boolean {
  return reason instanceof Interrupted && reason.exitCode === 128 + constants.signals.SIGINT
}

export interface Interruption extends Disposable {
  /** Aborted by the first signal, with an `Interrupted` as its reason. */
  readonly signal: AbortSignal
}

/** Listens to the signals until it is disposed of. */
export function listenForInterrupts(): Interruption {
  const controller = new AbortController()
  let first: number | undefined
  let note: NodeJS.Timeout | undefined
  const stopListening = (): void => {
    clearTimeout(note)
    for (const name of signals) process.off(name, onSignal)
  }
  const onSignal = (name: StopSignal): void => {
    if (first === undefined) {
      first = performance.now()
      controller.abort(new Interrupted(name))
      if (name === 'SIGINT') note = setTimeout(sayHowToEnd, noteMilliseconds).unref()
      return
    }
    if (performance.now() - first < duplicateMilliseconds) return
    process.stderr.write('gmemtest: stopped at once\n')
    // Here alone, the process does not end by itself; its children die with it. process.exit() would wait forever for a
    // thread in a file system that does not answer.
    stopListening()
    process.kill(process.pid, name)
  }
  for (const name of signals) process.on(name, onSignal)
  return { signal: controller.signal, [Symbol.dispose]: stopListening }
}

function sayHowToEnd(): void {
  // A terminal shows ^C, and perhaps a line of progress before it.
  process.stderr.write(`${process.stderr.isTTY ? '\n' : ''}gmemtest: ending; Ctrl-C again ends at once\n`)
}

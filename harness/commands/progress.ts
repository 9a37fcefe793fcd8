// Progress on a terminal: one line on stderr that is rewritten, with the stage, the time and a count.
import type { Writable } from 'node:stream'
import { setInterval } from 'node:timers'

const clearLine = '\r\u001b[K'

/** The line. Disposing of it removes it from the terminal. */
export interface ProgressLine extends Disposable {
  /** What is being done now. */
  show(text: string): void
  /** Prints a sentence that stays, also where there is no terminal. */
  say(text: string): void
}

/**
 * Shows progress on `output` with the time since the start; without a terminal, only what is said appears.
 */
export function progressLine(output: Writable, isTty: boolean, width = 100): ProgressLine {
  const started = performance.now()
  let current = ''
  let isShown = false
  const draw = (): void => {
    const time = elapsed(performance.now() - started)
    output.write(`${clearLine}${`${time} ${current}`.slice(0, width)}`)
    isShown = true
  }
  const clear = (): void => {
    if (isShown) output.write(clearLine)
    isShown = false
  }
  // A stage that says nothing for a while must not look as if it hung.
  const timer = isTty ? setInterval(draw, 1000) : undefined
  timer?.unref()
  return {
    show(text) {
      current = text
      if (isTty) draw()
    },
    say(text) {
      clear()
      output.write(`gmemtest: ${text}\n`)
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      clear()
    },
  }
}

/** Minutes and seconds of a time in milliseconds: `3:07`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

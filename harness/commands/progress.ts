// Progress on a terminal: a line on stderr with stage, time and count, which is rewritten in place.
import type { Writable } from 'node:stream'
import { setInterval } from 'node:timers'

const clearLine = '\r\u001b[K'

/** The line of progress. Disposal removes the line from the terminal. */
export interface ProgressLine extends Disposable {
  /** Shows the current stage. */
  show(text: string): void
  /** Prints a sentence that stays, also without a terminal. */
  say(text: string): void
}

/** Shows progress on `output` with the time since the start; without a terminal, only the output of `say` appears. */
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
  // The time must advance during a silent stage.
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

/** Returns a time in milliseconds as minutes and seconds: `3:07`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

// Progress on a terminal: a line on stderr with stage, time and count, which is rewritten in place.
import type { Writable } from 'node:stream'
import { setInterval } from 'node:timers'
import { plainText } from '../report/plain.ts'
import { statusLine } from '../report/status-line.ts'

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
  const line = statusLine(output, isTty)
  let current = ''
  const draw = (): void => line.show(`${elapsed(performance.now() - started)} ${current}`.slice(0, width))
  // The time must advance during a silent stage.
  const timer = isTty ? setInterval(draw, 1000) : undefined
  timer?.unref()
  return {
    show(text) {
      current = text
      draw()
    },
    say(text) {
      line.clear()
      output.write(`gmemtest: ${plainText(text)}\n`)
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      line.clear()
    },
  }
}

/** Returns a time in milliseconds as minutes and seconds: `3:07`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

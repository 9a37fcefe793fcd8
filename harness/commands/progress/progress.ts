// Progress on stderr: on a terminal a line with stage, time and count, which is rewritten in place; elsewhere a line at the
// beginning of each long stage, and one a minute, so that a log shows that the work goes on.
import type { Writable } from 'node:stream'
import { setInterval } from 'node:timers'
import { columnsOf } from '../layout.ts'
import { plainText } from '../../report/plain.ts'
import { elapsed, statusLine } from '../../report/terminal/status-line.ts'

/** The line of progress. Disposal removes the line from the terminal. */
export interface ProgressLine extends Disposable {
  /** Shows the current stage. */
  show(text: string): void
  /** Shows a stage that is over at once as a rule: on a terminal after a second, in a log after a minute. */
  showLater(text: string): void
  /** Shows the beginning of a long stage, also without a terminal. */
  begin(text: string): void
  /** Prints a sentence that stays, also without a terminal. */
  say(text: string): void
}

const second = 1000
const minute = 60 * second

/** Shows progress on `output` with the time since the start. */
export function progressLine(
  output: Writable,
  isTty: boolean,
  width = columnsOf(output) ?? 100,
  pause = minute,
): ProgressLine {
  const started = performance.now()
  const line = statusLine(output, isTty)
  let current = ''
  const now = (): string => `${elapsed(performance.now() - started)} ${current}`
  const draw = (): void => line.show(now().slice(0, width))
  const say = (text: string): void => {
    line.clear()
    output.write(`gmemtest: ${plainText(text)}\n`)
  }
  // The time must advance during a silent stage.
  const timer = isTty
    ? setInterval(() => current !== '' && draw(), second)
    : setInterval(() => current !== '' && say(now()), pause)
  timer.unref()
  return {
    show(text) {
      current = text
      draw()
    },
    showLater(text) {
      current = text
    },
    begin(text) {
      current = text
      if (isTty) draw()
      else say(text)
    },
    say,
    [Symbol.dispose]() {
      clearInterval(timer)
      line.clear()
    },
  }
}

// A line of progress: on a terminal it is rewritten in place, and cleared before anything else is written; elsewhere a line
// is written from time to time, so that a log shows that the work goes on.
import type { Writable } from 'node:stream'
import { setInterval } from 'node:timers'
import { plainText } from '../plain.ts'

const noText = (): string => ''
const clearLine = '\r\u001b[K'

/** The line of progress. Disposal removes it, and ends the lines of a log. */
export interface StatusLine extends Disposable {
  /** Replaces the text of the line, which may depend on the time. Without a terminal, it is only remembered. */
  show(text: string | (() => string)): void
  clear(): void
}

/** Makes the line at the end of `output`. Without a terminal, a line is written each `pause` milliseconds, if it is given. */
export function statusLine(output: Writable, isTty: boolean, pause?: number): StatusLine {
  const started = performance.now()
  let current = noText
  let shown = false
  function remind(): void {
    const text = current()
    if (text !== '') output.write(`gmemtest: ${elapsed(performance.now() - started)} ${text}\n`)
  }
  const timer = isTty || pause === undefined ? undefined : setInterval(remind, pause).unref()
  function clear(): void {
    if (shown) output.write(clearLine)
    shown = false
  }
  return {
    show(text) {
      current = () => plainText(typeof text === 'string' ? text : text())
      if (!isTty) return
      output.write(`${clearLine}${current()}`)
      shown = true
    },
    clear,
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

// One line of a terminal that says what is being done, and is taken away before anything else is written.
import type { Writable } from 'node:stream'

const clearLine = '\r\u001b[K'

export interface StatusLine {
  /** Puts the text in place of the last one. Without a terminal, nothing is shown. */
  show(text: string): void
  clear(): void
}

/** The line at the end of `output`. */
export function statusLine(output: Writable, isTty: boolean): StatusLine {
  let shown = false
  return {
    show(text) {
      if (!isTty) return
      output.write(`${clearLine}${text}`)
      shown = true
    },
    clear() {
      if (shown) output.write(clearLine)
      shown = false
    },
  }
}

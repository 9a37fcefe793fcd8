// A line of progress on a terminal, which is cleared before anything else is written.
import type { Writable } from 'node:stream'
import { plainText } from './plain.ts'

const clearLine = '\r\u001b[K'

export interface StatusLine {
  /** Replaces the text of the line. Without a terminal, nothing is shown. */
  show(text: string): void
  clear(): void
}

/** Makes the line at the end of `output`. */
export function statusLine(output: Writable, isTty: boolean): StatusLine {
  let shown = false
  return {
    show(text) {
      if (!isTty) return
      output.write(`${clearLine}${plainText(text)}`)
      shown = true
    },
    clear() {
      if (shown) output.write(clearLine)
      shown = false
    },
  }
}

// The text of a log, in chunks of whole lines: without noise, counted, and its last lines.
import { stripVTControlCharacters } from 'node:util'

/** The same bytes as a Buffer, without a copy of them. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

// The feed and the tab stay, and the return, which every line may have, is taken from those that are looked at.
const noise = /[^\P{Cc}\t\n\r]/u
const allNoise = /[^\P{Cc}\t\n\r]/gu

/** Without escape sequences and the noise of a serial line. */
export function clean(text: string): string {
  return noise.test(text) ? stripVTControlCharacters(text).replaceAll(allNoise, '') : text
}

/** How many lines end in this part of a text. */
export function countLines(text: string, from: number, to: number): number {
  let count = 0
  for (let feed = text.indexOf('\n', from); feed !== -1 && feed < to; feed = text.indexOf('\n', feed + 1)) {
    count += 1
  }
  return count
}

/** The last `count` lines that there are, of those that were remembered and of a text of whole lines behind them. */
export function lastLines(before: readonly string[], text: string, count: number): readonly string[] {
  const lines: string[] = []
  for (let end = text.length; end > 0 && lines.length < count;) {
    const start = end < 2 ? 0 : text.lastIndexOf('\n', end - 2) + 1
    // A slice would keep the whole chunk that it was cut from.
    lines.unshift(Buffer.from(text.slice(start, end - 1).replaceAll('\r', '')).toString())
    end = start
  }
  return [...before, ...lines].slice(-count)
}

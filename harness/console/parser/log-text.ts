// Helpers for the text of a log in chunks of whole lines.
import { stripVTControlCharacters } from 'node:util'

// Feeds and tabs stay. Returns, which every line may have, are removed later, from the lines that are parsed.
const noise = /[^\P{Cc}\t\n\r]/u
const allNoise = /[^\P{Cc}\t\n\r]/gu

/** Removes escape sequences and the noise of a serial line. */
export function clean(text: string): string {
  return noise.test(text) ? stripVTControlCharacters(text).replaceAll(allNoise, '') : text
}

/** Counts the lines that end in this part of a text. */
export function countLines(text: string, from: number, to: number): number {
  let count = 0
  for (let feed = text.indexOf('\n', from); feed !== -1 && feed < to; feed = text.indexOf('\n', feed + 1)) {
    count += 1
  }
  return count
}

/** Gives the last `count` lines of the lines before a text and of the text, which consists of whole lines. */
export function lastLines(before: readonly string[], text: string, count: number): readonly string[] {
  const lines: string[] = []
  for (let end = text.length; end > 0 && lines.length < count;) {
    const start = end < 2 ? 0 : text.lastIndexOf('\n', end - 2) + 1
    // A slice would keep the whole chunk in memory.
    lines.unshift(Buffer.from(text.slice(start, end - 1).replaceAll('\r', '')).toString())
    end = start
  }
  return [...before, ...lines].slice(-count)
}

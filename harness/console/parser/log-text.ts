// Helpers for the text of a log in chunks of whole lines.
import { stripVTControlCharacters } from 'node:util'

/** Longer lines are folded; the kernel cuts its records at 1 KiB. */
const longestLine = 8192
/** Ends a piece of a line that goes on. Decoded text has no lone surrogate. */
const fold = '\ud800\n'
const foldMark = fold.charCodeAt(0)
/** A record of the kernel that begins so near to the end of a piece is left to the next piece, so that no record is cut. */
const longestRecord = 4096

/** Folds lines that are longer than a line of the kernel can be; an unfinished last line as well. */
export function foldLongLines(text: string): string {
  const pieces: string[] = []
  let taken = 0
  for (let start = 0; text.length - start > longestLine;) {
    const piece = text.slice(start, start + longestLine)
    const feed = piece.lastIndexOf('\n')
    if (feed === -1) {
      const record = piece.lastIndexOf('[')
      start += record < longestLine - longestRecord ? longestLine : record
      pieces.push(text.slice(taken, start), fold)
      taken = start
    } else start += feed + 1
  }
  return taken === 0 ? text : [...pieces, text.slice(taken)].join('')
}

/** Whether the line feed at a position ends a line, and not only a piece of a folded one. */
export function isEndOfLine(text: string, feed: number): boolean {
  return text.charCodeAt(feed - 1) !== foldMark
}

/** V8 copies a shorter part of a text by itself. */
const shortestSlice = 13

/** Copies a line out of a text: a slice of it would keep the whole text in memory. Returns, which every line may have, go. */
export function copyOfLine(text: string, start: number, feed: number): string {
  const slice = text.slice(start, isEndOfLine(text, feed) ? feed : feed - 1)
  const line = slice.includes('\r') ? slice.replaceAll('\r', '') : slice
  return line.length < shortestSlice ? line : Buffer.from(line).toString()
}

// Feeds and tabs stay. Returns are removed later, from the lines that are parsed.
const noise = /[^\P{Cc}\t\n\r]/u
const allNoise = /[^\P{Cc}\t\n\r]/gu

/** What mails, web pages and other programs make of characters, with the characters. */
const disguises: readonly (readonly [sign: string, disguise: RegExp, plain: string])[] = [
  ['\u00a0', /\u00a0/g, ' '],
  ['\u202f', /\u202f/g, ' '],
  ['\u2007', /\u2007/g, ' '],
  ['\u200b', /\u200b/g, ''],
  ['\ufeff', /\ufeff/g, ''],
  // The ends of lines, as terminals show them.
  ['\u240d', /\u240d/g, ''],
  ['\u240a', /\u240a/g, ''],
  ['<br', /<br ?\/?>/g, ''],
  ['#011', /#011/g, '\t'],
  // Colours without their first character, or with another one in its place.
  ...['^[[', '#033[', '\\x1b[', '\\u001b[', '\\033['].map(
    (sign) => [sign, /(?:\^\[|#033|\\x1b|\\u001b|\\033)\[[\d;]*[mK]/g, ''] as const,
  ),
  ...['[0m', '[37m'].map((sign) => [sign, /\[(?:[01]|[39][0-7]|[01];[39][0-7])?m/g, ''] as const),
]

/** Characters as web pages write them. */
const entity = /&(nbsp|lt|gt|quot|amp|#34|#39);/g
const entities: Readonly<Record<string, string>> = {
  nbsp: ' ',
  lt: '<',
  gt: '>',
  quot: '"',
  amp: '&',
  '#34': '"',
  '#39': "'",
}

/** Removes escape sequences and the noise of a serial line, and gives characters back that another program has disguised. */
export function clean(text: string): string {
  let plain = noise.test(text) ? stripVTControlCharacters(text).replaceAll(allNoise, '') : text
  for (const [sign, disguise, character] of disguises) {
    if (plain.includes(sign)) plain = plain.replaceAll(disguise, character)
  }
  return plain.includes(';') ? plain.replaceAll(entity, (all, name: string) => entities[name] ?? all) : plain
}

/** Counts the lines that end in this part of a text. */
export function countLines(text: string, from: number, to: number): number {
  let count = 0
  for (let feed = text.indexOf('\n', from); feed !== -1 && feed < to; feed = text.indexOf('\n', feed + 1)) {
    if (isEndOfLine(text, feed)) count += 1
  }
  return count
}

/** Gives the last `count` lines of the lines before a text and of the part of the text up to `end`, which has whole lines. */
export function lastLines(before: readonly string[], text: string, end: number, count: number): readonly string[] {
  const lines: string[] = []
  for (let next = end; next > 0 && lines.length < count;) {
    const start = next < 2 ? 0 : text.lastIndexOf('\n', next - 2) + 1
    lines.push(copyOfLine(text, start, next - 1))
    next = start
  }
  lines.reverse()
  const missing = count - lines.length
  return missing > 0 && before.length > 0 ? [...before.slice(-missing), ...lines] : lines
}

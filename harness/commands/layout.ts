// Lays out text for the width of a terminal: lines break between words, and the next line hangs under its column.
import type { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'

/** Narrower terminals get lines of this width: a column of a few letters cannot be read. */
const narrowest = 20
const letterOfTwo = String.raw`[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303E\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6]`
const wide = new RegExp(letterOfTwo, 'u')
/** A word, or one letter of East Asia, which may be followed by a line break; with the blanks before it. */
const piece = new RegExp(` *(?:${letterOfTwo}|(?:(?!${letterOfTwo})[^ ])+)`, 'gu')
const invisible = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u

/** Returns how many columns of a terminal a text takes: escape codes take none, letters of East Asia take two. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of stripVTControlCharacters(text)) {
    if (!invisible.test(character)) width += wide.test(character) ? 2 : 1
  }
  return width
}

/**
 * Returns the width for the lines of a stream: that of its terminal, or COLUMNS; undefined when lines are not broken,
 * so that a log or another program gets each row on one line.
 */
export function columnsOf(
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number },
  environment: NodeJS.ProcessEnv = process.env,
): number | undefined {
  const { COLUMNS: given = '' } = environment
  const asked = /^[1-9]\d{0,4}$/.test(given) ? Number(given) : undefined
  const found = stream.isTTY === true && stream.columns !== undefined && stream.columns > 0 ? stream.columns : asked
  return found === undefined ? undefined : Math.max(narrowest, found)
}

/** Breaks a text between its words. The first line begins at column `start`; the others begin at column `hang`. */
export function wrapped(text: string, width: number, start: number, hang: number): string {
  let lines = ''
  let column = start
  for (const [part] of text.matchAll(piece)) {
    const length = widthOf(part)
    if (lines !== '' && column + length > width) {
      const word = part.trimStart()
      lines += `\n${' '.repeat(hang)}${word}`
      column = hang + widthOf(word)
    } else {
      lines += part
      column += length
    }
  }
  return lines
}

/** Returns a row of a table: a name, which has `nameWidth` columns, and a text. */
export function tableRow(name: string, nameWidth: number, text: string, width: number | undefined): string {
  const padding = ' '.repeat(Math.max(0, nameWidth - widthOf(name)))
  if (width === undefined) return `${name}${padding}  ${text}`
  const column = nameWidth + 2
  if (width - column >= narrowest) return `${name}${padding}  ${wrapped(text, width, column, column)}`
  const below = 4
  return `${name}\n${' '.repeat(below)}${wrapped(text, width, below, below)}`
}

/** Lays out a help text: paragraphs fill the width, and rows hang under their second column. */
export function helpText(text: string, width: number | undefined): string {
  if (width === undefined) return text
  // Lines without indentation that follow each other are a paragraph; a line that ends with a colon is a heading.
  const joined = text.replaceAll(/(?<=^\S.*[^:\n])\n(?=\S)/gm, ' ')
  return joined
    .split('\n')
    .map((line) => helpLine(line, width))
    .join('\n')
}

function helpLine(line: string, width: number): string {
  if (widthOf(line) <= width) return line
  const [, indent = '', name = '', gap = '', rest = ''] = /^( *)(\S+(?: \S+)*)( {2,})(\S.*)$/.exec(line) ?? []
  if (rest === '') {
    const [, blanks = '', words = ''] = /^( *)(.*)$/.exec(line) ?? []
    const hang = blanks === '' ? 0 : blanks.length + 2
    return `${blanks}${wrapped(words, width, blanks.length, hang)}`
  }
  const column = indent.length + widthOf(name) + gap.length
  if (width - column >= narrowest) return `${indent}${name}${gap}${wrapped(rest, width, column, column)}`
  const below = indent.length + 4
  const first = `${indent}${wrapped(name, width, indent.length, indent.length + 2)}`
  return `${first}\n${' '.repeat(below)}${wrapped(rest, width, below, below)}`
}

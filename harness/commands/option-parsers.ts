// Parsers of option values; a message has option, value and limit.
import { statSync } from 'node:fs'
import path from 'node:path'
import { UsageError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'

/** Makes a parser for a whole number from 1, or from `least`, to `limit`. */
export function positiveInteger(
  option: string,
  limit: number = Number.MAX_SAFE_INTEGER,
  least: number = 1,
): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > limit) {
      const range = limit === Number.MAX_SAFE_INTEGER ? 'a positive integer' : `an integer from ${least} to ${limit}`
      throw new UsageError('OPTION_VALUE', `${option} must be ${range}, got '${text}'`)
    }
    return value
  }
}

/** Makes a parser for an integer from 1 to `limit`, or the word `auto`. */
export function integerOrAuto(option: string, limit: number): (text: string) => number | 'auto' {
  const integer = positiveInteger(option, limit)
  return (text) => (text === 'auto' ? text : integer(text))
}

/** Makes a parser for one word of a kernel command line. */
export function kernelWord(option: string): (text: string) => string {
  return (text) => {
    if (/^[^\s"']+$/.test(text)) return text
    throw new UsageError('OPTION_VALUE', `${option} must be one word without spaces and quotes, got '${text}'`, {
      hint: `for example: ${option} kvm.gmem_in_place_conversion=1 ${option} quiet`,
    })
  }
}

/** Makes a parser for a part of a whole: `2/4` is the second of four. */
export function shardOfMany(
  option: string,
  most: number,
): (text: string) => { readonly index: number; readonly count: number } {
  return (text) => {
    const [index = 0, count = 0] = /^\d{1,9}\/\d{1,9}$/.test(text) ? text.split('/').map(Number) : []
    if (index >= 1 && index <= count && count <= most) return { index, count }
    throw new UsageError('OPTION_VALUE', `${option} must be i/n with 1 ≤ i ≤ n ≤ ${most}, got '${text}'`, {
      hint: `for example: ${option} 1/4, and 2/4, 3/4 and 4/4 on the other computers`,
    })
  }
}

const secondsOf: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 }
const mostSeconds = 7 * 24 * 3600

/** A duration, and the text that it was given by. */
export interface GivenTime {
  readonly milliseconds: number
  readonly text: string
}

/** Makes a parser for a duration in seconds, minutes or hours: `90`, `90s`, `30m`, `2h`. */
export function duration(option: string): (text: string) => GivenTime {
  return (text) => {
    const [, digits = '', unit = ''] = /^(\d{1,9})([smh]?)$/.exec(text) ?? []
    const seconds = digits === '' ? 0 : Number(digits) * (secondsOf[unit] ?? 0)
    if (seconds > 0 && seconds <= mostSeconds) return { milliseconds: seconds * 1000, text }
    throw new UsageError('OPTION_VALUE', `${option} must be a time from 1s to 168h, got '${text}'`, {
      hint: `for example: ${option} 30m`,
    })
  }
}

/** A parser that has the words with which a value may begin, for the completion in a shell. */
export type WordParser<Parser> = Parser & { readonly words: readonly string[] }

/** Gives a parser its words. */
export function withWords<Parser extends object>(words: readonly string[], parser: Parser): WordParser<Parser> {
  return Object.assign(parser, { words })
}

/** Makes a parser for one of a few words. */
export function oneOf<Word extends string>(option: string, words: readonly Word[]): WordParser<(text: string) => Word> {
  return withWords(words, (text: string) => {
    const word = words.find((candidate) => candidate === text)
    if (word === undefined) {
      const [near] = nearest(text, words)
      throw new UsageError('OPTION_VALUE', `${option} must be ${words.join(' or ')}, got '${text}'`, {
        hint: `for example: ${option} ${near ?? words[0]}`,
      })
    }
    return word
  })
}

/** Makes a parser for some of a few words, separated by commas. */
export function listOf<Word extends string>(option: string, words: readonly Word[]): (text: string) => readonly Word[] {
  const one = oneOf(option, words)
  return (text) => [...new Set(text.split(',').map(one))]
}

/** Parses the name of a Debian suite. */
export function aptSuite(text: string): string {
  if (/^[a-z0-9][a-z0-9./+-]*$/.test(text)) return text
  throw new UsageError('OPTION_VALUE', `--apt-suite must be the name of an apt suite, got '${text}'`, {
    hint: 'for example: --apt-suite trixie-backports',
  })
}

/** Makes a parser for a directory that exists or can be made: no part of its path is a file. */
export function directoryToWrite(option: string): (text: string) => string {
  return (text) => {
    const hint = `for example: ${option} /tmp/results`
    if (text === '') throw new UsageError('OPTION_VALUE', `${option} must be a directory, got ''`, { hint })
    const wanted = path.resolve(text)
    let place = wanted
    while (kindOf(place) === 'nothing') place = path.dirname(place)
    if (kindOf(place) === 'directory') return text
    const found = place === wanted ? 'which is a file' : `and ${place} is a file`
    throw new UsageError('OPTION_VALUE', `${option} must be a directory, got '${text}', ${found}`, { hint })
  }
}

/** Makes a parser for a file that exists or can be made. */
export function fileToWrite(option: string): (text: string) => string {
  return (text) => {
    if (text !== '' && !text.includes('\0') && kindOf(path.resolve(text)) !== 'directory') return path.resolve(text)
    throw new UsageError('OPTION_VALUE', `${option} must be a file, got '${text}'`, {
      hint: `for example: ${option} /var/lib/gmemtest/history.sqlite`,
    })
  }
}

function kindOf(place: string): 'directory' | 'file' | 'nothing' {
  try {
    return statSync(place).isDirectory() ? 'directory' : 'file'
  } catch {
    // A path without permission is no mistake of the user: the attempt to write reports the reason.
    return 'nothing'
  }
}

/** Makes a parser for a line of a source file: `mm/filemap.c:182`. */
export function sourceLine(option: string): (text: string) => { readonly file: string; readonly line: number } {
  return (text) => {
    const [, file, line] = /^([^:]+):([1-9]\d{0,6})$/.exec(text) ?? []
    if (file !== undefined && line !== undefined) return { file, line: Number(line) }
    throw new UsageError('OPTION_VALUE', `${option} must be FILE:LINE, got '${text}'`, {
      hint: `the path begins at the tree of the kernel: ${option} virt/kvm/guest_memfd.c:412`,
    })
  }
}

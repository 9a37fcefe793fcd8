// Parsers of option values: what, value and limit in one message.
import { UsageError } from '../project/errors.ts'
import { nearest } from '../project/near.ts'

/** A parser for a whole number from 1 up to `limit`. */
export function positiveInteger(
  option: string,
  limit: number = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < 1 || value > limit) {
      const range = limit === Number.MAX_SAFE_INTEGER ? 'a positive integer' : `an integer from 1 to ${limit}`
      throw new UsageError('OPTION_VALUE', `${option} must be ${range}, got '${text}'`)
    }
    return value
  }
}

/** A parser for one of a few words. */
export function oneOf<Word extends string>(option: string, words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((candidate) => candidate === text)
    if (word === undefined) {
      const [near] = nearest(text, words)
      throw new UsageError('OPTION_VALUE', `${option} must be ${words.join(' or ')}, got '${text}'`, {
        hint: `for example: ${option} ${near ?? words[0]}`,
      })
    }
    return word
  }
}

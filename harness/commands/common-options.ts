// The options of every verb, which may also stand before the verb. They are needed before the verb reads its own: an error
// in those is printed, too.
import type { Command } from 'commander'
import { Option } from 'commander'
import { oneOf } from './option-parsers.ts'

const whens = ['auto', 'always', 'never'] as const

export interface CommonOptions {
  /** Errors are printed with their causes and stack traces. */
  readonly verbose: boolean
  /** Standard error has errors alone. */
  readonly quiet: boolean
  readonly colour: boolean
}

/** Adds the common options to a command, which then checks their values. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('-q, --quiet', 'on standard error, print errors alone: no progress, no notices, no summary')
    .option('-v, --verbose', 'with an error, also print its causes and stack traces')
    .addOption(
      new Option(
        '--color <when>',
        'colours on standard error: auto (a terminal, without NO_COLOR), always or never',
      ).argParser(oneOf('--color', whens)),
    )
    .helpOption('-h, --help', 'print this help')
}

/**
 * Returns the common options among the arguments; words after `--` are none.
 * @throws {UsageError} OPTION_VALUE for --color: before the verb, no command checks it
 */
export function commonOptions(
  args: readonly string[],
  isTty: boolean,
  environment: NodeJS.ProcessEnv = process.env,
): CommonOptions {
  const end = args.indexOf('--')
  const words = end === -1 ? args : args.slice(0, end)
  const has = (long: string, short: string): boolean =>
    words.some((word) => word === long || (/^-[a-z]+$/.test(word) && word.includes(short)))
  return {
    verbose: has('--verbose', 'v'),
    quiet: has('--quiet', 'q'),
    colour: isColoured(whenIn(words), isTty, environment),
  }
}

function whenIn(words: readonly string[]): string {
  const at = words.findLastIndex((word) => word === '--color' || word.startsWith('--color='))
  if (at === -1) return 'auto'
  const when = words[at] === '--color' ? words[at + 1] : words[at]?.slice('--color='.length)
  return oneOf('--color', whens)(when ?? '')
}

/** A terminal shows colours unless NO_COLOR has a value (https://no-color.org). */
function isColoured(when: string, isTty: boolean, { NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (when === 'always' || when === 'never') return when === 'always'
  return isTty && (NO_COLOR ?? '') === '' && TERM !== 'dumb'
}

/** Returns the position of the verb: behind the common options, or the number of arguments without a verb. */
export function verbIndex(args: readonly string[]): number {
  let index = 0
  while (index < args.length && isCommon(args[index] ?? '')) index += args[index] === '--color' ? 2 : 1
  return Math.min(index, args.length)
}

function isCommon(word: string): boolean {
  return /^(?:--verbose|--quiet|-[qv]+|--color(?:=.*)?)$/.test(word)
}

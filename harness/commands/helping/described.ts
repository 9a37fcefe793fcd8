// A verb as data, for completion scripts and manual pages: both come from the command that parses the arguments.
import type { Argument, Command, Option } from 'commander'

/** The lists of words that a shell must ask for, since files decide about them. */
export const askedLists = ['kernel', 'pattern', 'mutant'] as const
export type AskedList = (typeof askedLists)[number]

/** The values that an option or an argument takes. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'asked'; readonly list: AskedList }
  | { readonly kind: 'directory' }
  | { readonly kind: 'file' }
  /** No list of them exists. */
  | { readonly kind: 'text' }

export interface DescribedArgument {
  readonly name: string
  /** The name with its brackets: `[pattern...]`. */
  readonly term: string
  readonly text: string
  readonly isMany: boolean
  readonly values: Values
}

export interface DescribedOption {
  readonly long: string
  readonly short: string | undefined
  /** The names with the placeholder: `--kernel <kernel>`. */
  readonly term: string
  /** The name of the value; undefined for an option without one. */
  readonly placeholder: string | undefined
  readonly needsValue: boolean
  readonly text: string
  readonly values: Values
}

export interface Described {
  /** The verb, with the name of its part for one: `cache prune`; empty for gmemtest itself. */
  readonly name: string
  readonly usage: string
  readonly description: string
  readonly arguments: readonly DescribedArgument[]
  readonly options: readonly DescribedOption[]
  /** The verbs of gmemtest itself, and the parts of a verb such as `cache`. */
  readonly verbs: readonly { readonly name: string; readonly summary: string }[]
  /** The parts of a verb. */
  readonly parts: readonly Described[]
  /** The paragraphs of the help behind the options. */
  readonly after: string
}

/** Describes a command that has all of its options. */
export function described(command: Command): Described {
  return describedAs(/^gmemtest (.+)$/.exec(command.name())?.[1] ?? '', command)
}

function describedAs(name: string, command: Command): Described {
  const help = command.createHelp()
  return {
    name,
    usage: help.commandUsage(command),
    description: command.description(),
    arguments: command.registeredArguments.map(describedArgument),
    options: help.visibleOptions(command).flatMap((option) => describedOption(option, help.optionDescription(option))),
    verbs: command.commands.map((verb) => ({ name: verb.name(), summary: verb.description() })),
    parts: name === '' ? [] : command.commands.map((part) => describedAs(`${name} ${part.name()}`, part)),
    after: textAfter(command),
  }
}

/** Returns verbs, each with its parts behind it. */
export function withParts(verbs: readonly Described[]): Described[] {
  return verbs.flatMap((verb) => [verb, ...verb.parts])
}

function describedArgument(argument: Argument): DescribedArgument {
  const name = argument.name()
  const inner = argument.variadic ? `${name}...` : name
  return {
    name,
    term: argument.required ? `<${inner}>` : `[${inner}]`,
    text: argument.description,
    isMany: argument.variadic,
    values: valuesOf(name, argument.parseArg),
  }
}

function describedOption({ flags, long, short, required, parseArg }: Option, text: string): DescribedOption[] {
  if (long === undefined) return []
  const placeholder = /[<[](.+)[\]>]$/.exec(flags)?.[1]
  const values = valuesOf(placeholder, parseArg)
  return [{ long, short, term: flags, placeholder, needsValue: required, text, values }]
}

/** A parser may have words; else the placeholder tells the values, as it does in the help. */
function valuesOf(placeholder: string | undefined, parser: object | undefined): Values {
  if (parser !== undefined && 'words' in parser && Array.isArray(parser.words)) {
    return { kind: 'words', words: parser.words.map(String) }
  }
  const list = askedLists.find((name) => name === placeholder)
  if (list !== undefined) return { kind: 'asked', list }
  if (placeholder === 'dir') return { kind: 'directory' }
  return { kind: placeholder === 'file' || placeholder === 'log' ? 'file' : 'text' }
}

function textAfter(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (more) => (text += more) }).outputHelp()
  return text.slice(command.helpInformation().length)
}

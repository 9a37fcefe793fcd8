// A manual page of a verb, in the macros of man(7), which groff and mandoc both read.
import { wrapped } from '../layout.ts'
import type { Described } from './described.ts'

/** What a page has beside the text of its command. */
export interface PageFacts {
  readonly version: string
  readonly verbs: readonly string[]
  /** The day on which the page is made. */
  readonly day: Date
}

/** Returns the file of a page: `gmemtest-run.1`, and `gmemtest.1` without a verb. */
export function pageName(verb: string): string {
  return `${titleOf(verb)}.1`
}

function titleOf(verb: string): string {
  return verb === '' ? 'gmemtest' : `gmemtest-${verb}`
}

/** Renders the page. */
export function manualPage(page: Described, { version, verbs, day }: PageFacts): string {
  const title = titleOf(page.name)
  const others = ['', ...verbs].filter((name) => name !== page.name)
  return [
    `.TH ${title.toUpperCase()} 1 ${day.toISOString().slice(0, 10)} "gmemtest ${version.split(' ', 1).join('')}" "gmemtest"`,
    '.SH NAME',
    text(`${title} \0 ${withoutDot(page.description)}`).replace('\0', String.raw`\-`),
    '.SH SYNOPSIS',
    bold(page.usage),
    '.SH DESCRIPTION',
    text(page.description),
    ...page.arguments.flatMap((argument) => entry(argument.term, argument.text)),
    ...(page.verbs.length === 0 ? [] : ['.SH COMMANDS']),
    ...page.verbs.flatMap(({ name, summary }) => entry(name, summary)),
    '.SH OPTIONS',
    ...page.options.flatMap((option) => entry(option.term, option.text)),
    ...sectionsOf(page.after),
    '.SH SEE ALSO',
    others.map((name) => `.BR ${escaped(titleOf(name))} (1)`).join(' ,\n'),
    '',
  ]
    .join('\n')
    .replaceAll(/^(\.SH .*\n)\.PP\n/gm, '$1')
}

function entry(term: string, description: string): string[] {
  return ['.TP', bold(term), text(description)]
}

function bold(words: string): string {
  return `.B ${escaped(words)}`
}

const sectionNames: Readonly<Record<string, string>> = {
  Examples: 'EXAMPLES',
  'Exit codes': 'EXIT STATUS',
  Results: 'FILES',
}

/** Renders the paragraphs behind the options: rows with two columns are entries, and `Exit codes: …` is a section. */
function sectionsOf(after: string): string[] {
  const lines: string[] = []
  for (const paragraph of after.split(/\n\s*\n/).map((part) => part.replace(/^\n+|\n+$/g, ''))) {
    if (paragraph === '') continue
    const [, heading = '', rest = ''] = /^([A-Z][a-z ]+):(?=\s)\s*([\s\S]*)$/.exec(paragraph) ?? []
    const section = sectionNames[heading]
    if (section === undefined) lines.push(lines.length === 0 ? '.SH NOTES' : '.PP', text(paragraph))
    else lines.push(`.SH ${section}`, ...(/^ {2}/m.test(paragraph) ? rows(paragraph) : [text(rest)]))
  }
  return lines
}

function rows(paragraph: string): string[] {
  return paragraph.split('\n').flatMap((row) => {
    const [, command = '', description = ''] = /^ {2}(\S.*?)(?: {2,}(\S.*))?$/.exec(row) ?? []
    if (command === '') return []
    return description === '' ? ['.PP', bold(command)] : entry(command, description)
  })
}

/** mandoc warns about longer lines. */
const longestLine = 78

/** Renders text in lines; a dot or a quote that begins a line would be a request. */
function text(words: string): string {
  const lines = wrapped(escaped(words.replaceAll(/\s+/g, ' ').trim()), longestLine, 0, 0)
  return lines.replaceAll(/^(?=[.'])/gm, String.raw`\&`)
}

/** Escapes text: a hyphen stays one that can be copied to a shell. */
function escaped(words: string): string {
  return words.replaceAll('\\', String.raw`\e`).replaceAll('-', String.raw`\-`)
}

function withoutDot(description: string): string {
  return description.replace(/\.(?:\s.*)?$/s, '')
}

// Annotations of GitHub Actions: the runner reads such lines from the output of a step and shows them beside the code.
import { isRed } from '../meaning/change.ts'
import type { Result } from '../gather.ts'
import { gatheringSink } from '../gathering-sink.ts'

/** GitHub shows ten annotations of each level for a step, and drops the others. */
const mostShown = 10

/** Writes an `error` for each test that did not pass, and a `warning` for each that passed after a retry. */
export const annotationsSink = gatheringSink(({ results }) => {
  const failures = results.filter(isRed)
  const retried = results.filter(({ verdict, retried: reason }) => verdict === 'PASS' && reason !== undefined)
  return [
    ...limited('error', failures, (result) => `${result.verdict}: ${result.message ?? ''}`),
    ...limited('warning', retried, ({ retried: reason = '' }) => `it passed after a retry: ${reason}`),
  ]
    .map((line) => `${line}\n`)
    .join('')
})

function limited(level: string, results: readonly Result[], textOf: (result: Result) => string): string[] {
  const shown = results.length <= mostShown ? results : results.slice(0, mostShown - 1)
  const lines = shown.map((result) => annotation(level, propertiesOf(result), textOf(result)))
  if (shown.length === results.length) return lines
  const more = results.slice(shown.length).map(({ name }) => name)
  return [...lines, annotation(level, { title: `and ${more.length} more` }, more.join(', '))]
}

function propertiesOf({ name, diagnostic }: Result): Readonly<Record<string, string>> {
  const [, file, line] = /^(?!\/)(.+):(\d+)$/.exec(diagnostic?.at ?? '') ?? []
  return file === undefined || line === undefined ? { title: name } : { file, line, title: name }
}

function annotation(level: string, properties: Readonly<Record<string, string>>, text: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escaped(value).replaceAll(/[:,]/g, percent)}`)
  return `::${level} ${list.join(',')}::${escaped(text)}`
}

function escaped(text: string): string {
  return text.replaceAll('%', percent)
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

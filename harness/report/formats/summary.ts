// The summary of a job in Markdown, as GitHub Actions shows it.
import { isRed } from '../meaning/change.ts'
import type { Verdict } from '../events.ts'
import { detailLines } from '../details.ts'
import type { Gathered, Result } from '../gather.ts'
import { gatheringSink } from '../gathering-sink.ts'
import { rateLines, repeatRates } from '../meaning/repeat-rates.ts'
import { shortened } from '../tidy.ts'

/** GitHub refuses a summary of more than a mebibyte; other steps of the job may share it. */
const mostBytes = 900_000
const longestMessage = 300

/** Writes a table of counts, a table of the tests that did not pass, and their details. */
export const summarySink = gatheringSink((run) => {
  const { suite, kernel, milliseconds, aborted, results, ready } = run
  const failures = results.filter(isRed)
  const release = ready === undefined ? '' : ` (${ready.release})`
  const head = [
    `## gmemtest: ${cell(suite)} on ${cell(`${kernel}${release}`)}`,
    '',
    ...(aborted === undefined ? [] : [`**The run ended early:** ${cell(aborted)}`, '']),
    ...countTable(run),
    '',
    ...changeLines(run),
    ...rateLines(repeatRates(results)).flatMap((line) => [cell(line), '']),
    `${(milliseconds / 1000).toFixed(1)} s`,
    '',
    ...(failures.length === 0 ? [] : ['| verdict | test | reason |', '| --- | --- | --- |']),
  ]
  const rows = failures.map((result) => `| ${result.verdict} | ${cell(result.name)} | ${cell(result.message ?? '')} |`)
  return withinLimit(`${head.join('\n')}\n`, [...rows.map((row) => `${row}\n`), '\n', ...failures.map(detailsOf)])
})

const verdicts: readonly Verdict[] = ['FAIL', 'ERROR', 'MISS', 'PASS', 'SKIP']

function countTable({ results }: Gathered): string[] {
  const counts = verdicts.map((verdict) => results.filter((result) => result.verdict === verdict).length)
  return [`| ${verdicts.join(' | ')} |`, `|${' --: |'.repeat(verdicts.length)}`, `| ${counts.join(' | ')} |`]
}

/** Returns a line for each kind of change against the baseline. */
function changeLines({ results }: Gathered): string[] {
  return (['new', 'known', 'flaky', 'fixed'] as const).flatMap((change) => {
    const names = results
      .filter((result) => result.change === change)
      .map(({ name, because, repeated }) => {
        const notes = [because, repeated && `when it ran again: ${repeated}`].filter((note) => note !== undefined)
        return `${cell(name)}${notes.length === 0 ? '' : ` (${cell(notes.join('; '))})`}`
      })
    return names.length === 0 ? [] : [`**${change}:** ${names.join(', ')}`, '']
  })
}

function detailsOf(result: Result): string {
  const lines = detailLines(result).map((line) => html(line))
  return `<details><summary>${html(result.name)}</summary>\n\n<pre>${lines.join('\n')}</pre>\n\n</details>\n`
}

/** Returns the parts as far as they fit, and a line about those that do not. */
function withinLimit(head: string, parts: readonly string[]): string {
  let text = head
  let bytes = Buffer.byteLength(head)
  for (const part of parts) {
    bytes += Buffer.byteLength(part)
    if (bytes > mostBytes) return `${text}\n(more in results.tap)\n`
    text += part
  }
  return text
}

/** Returns a text for a cell of a table: one line in which neither Markdown nor HTML has a meaning. */
function cell(text: string): string {
  return html(shortened(text, longestMessage)).replaceAll(/[\\`*_{}[\]()#+\-.!|~]/g, String.raw`\$&`)
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function html(text: string): string {
  return text.replaceAll(/[&<>]/g, (character) => entities[character] ?? character)
}

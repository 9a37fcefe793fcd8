// Reading the earlier runs for the reports that show them.
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { readEarlier } from '../../../../harness/commands/past/read-earlier.ts'
import { addRun } from '../../../../harness/history/add-run.ts'
import { HistoryFile } from '../../../../harness/history/history-file.ts'
import type { ReportTarget } from '../../../../harness/report/targets.ts'
import { ended, freshDirectory, night } from '../../history/fixtures/nights.ts'

const html: readonly ReportTarget[] = [{ format: 'html', to: { file: 'report.html' } }]
const run = { suite: 'scenarios', kernel: 'k', accelerator: 'tcg', before: '2026-12-20' }
const refuse = (note: string): never => {
  throw new Error(note)
}

void test('the history is read for a report that shows it', async (t) => {
  const history = path.join(freshDirectory(t), 'h.sqlite')
  {
    using file = await HistoryFile.open(history)
    addRun(file, night({ day: 1, results: [ended('a', 'PASS')] }))
  }
  t.equal((await readEarlier(html, { history }, run, refuse))?.runs, 1)
  t.equal(await readEarlier([{ format: 'tap', to: 'stdout' }], { history }, run, refuse), undefined)
  const { suite: _suite, ...campaign } = run
  t.equal(await readEarlier(html, { history }, campaign, refuse), undefined)
})

void test('a history that does not exist is not made, and a damaged one is told', async (t) => {
  const history = path.join(freshDirectory(t), 'h.sqlite')
  t.equal(await readEarlier(html, { history }, run, refuse), undefined)
  t.notOk(existsSync(history))
  writeFileSync(history, 'no database, and longer than a header of SQLite. '.repeat(40))
  const notes: string[] = []
  t.equal(await readEarlier(html, { history }, run, (note) => void notes.push(note)), undefined)
  t.match(notes, [/^the HTML report has no plots of earlier runs: the history .* is damaged/])
})

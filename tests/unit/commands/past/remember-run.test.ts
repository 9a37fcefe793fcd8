// A run is added to the history, and trouble with the history changes no verdict.
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test, type Test } from 'tap'
import { remembering } from '../../../../harness/commands/past/remember-run.ts'
import { HistoryFile } from '../../../../harness/history/history-file.ts'
import { lastRuns } from '../../../../harness/history/summaries.ts'
import type { StoredRun } from '../../../../harness/report/stored/stored-run.ts'
import { ended, freshDirectory, night } from '../../history/fixtures/nights.ts'
import { keepRun, listening } from '../fixtures/kept-run.ts'

const whole = night({ day: 1, results: [ended('a', 'PASS')] })

async function countOf(file: string): Promise<number> {
  using history = await HistoryFile.open(file)
  return lastRuns(history, 9).length
}

/** Remembers a run whose work ends with 0, in a history of this content. */
async function remember(t: Test, run: StoredRun, { content = '', rest = '', isNamed = true } = {}) {
  const home = freshDirectory(t)
  const file = `${home}/h.sqlite`
  if (content !== '') writeFileSync(file, content)
  const { context, printed, err } = listening()
  const before = process.env['GMEMTEST_HISTORY']
  process.env['GMEMTEST_HISTORY'] = file
  const options = isNamed ? { history: file } : {}
  const exitCode = await remembering(home, options, context, async () => {
    keepRun(home, run, rest)
    return 0
  })
  process.env['GMEMTEST_HISTORY'] = before ?? ''
  return { file, exitCode, printed, err: err() }
}

void test('a run is there when its work is done', async (t) => {
  const { file, exitCode, printed, err } = await remember(t, whole)
  t.strictSame([exitCode, printed, err], [0, [], ''])
  t.equal(await countOf(file), 1)
  const other = await remember(t, whole, { isNamed: false })
  t.equal(await countOf(other.file), 1, 'in the usual place')
})

void test('a run that was killed is there as well, but neither a shard nor a run without results', async (t) => {
  const cut = night({ day: 1, tests: ['a', 'b'], results: [ended('a', 'PASS')], aborted: 'killed' })
  t.equal(await countOf((await remember(t, cut, { rest: '{"type":"test-fin' })).file), 1)
  t.equal(await countOf((await remember(t, night({ day: 1, tests: ['a'], results: [] }))).file), 0)
  const { beginning, lines } = whole
  if (beginning.type !== 'run-started') throw new Error('a night begins')
  const event = { ...beginning, shard: { index: 1, count: 2, total: 2, places: [0], basis: '' } }
  const { file, exitCode } = await remember(t, { ...whole, beginning: event, lines: [{ event }, ...lines.slice(1)] })
  t.strictSame([await countOf(file), exitCode], [0, 0])
})

void test('a history that is damaged is a notice; 69 only when the user named it', async (t) => {
  const content = 'no database'.repeat(200)
  const own = await remember(t, whole, { content, isNamed: false })
  t.equal(own.exitCode, 0)
  t.strictSame(own.printed, [])
  t.match(own.err, /^gmemtest: this run is not in the history: the history .* is damaged: file is not a database\n$/)
  const named = await remember(t, whole, { content })
  t.equal(named.exitCode, 69)
  t.match(named.printed, [{ code: 'HISTORY_DAMAGED' }])
})

void test('a failure of the run counts more, and an error of the work stays', async (t) => {
  const home = freshDirectory(t)
  const { context } = listening()
  t.equal(await remembering(home, { history: '/dev/null' }, context, async () => 1), 1)
  const file = `${home}/h.sqlite`
  const work = async (): Promise<number> => {
    keepRun(home, whole)
    throw new Error('interrupted')
  }
  await t.rejects(remembering(home, { history: file }, context, work), { message: 'interrupted' })
  t.equal(await countOf(file), 1)
})

void test('a newer history is left as it is', async (t) => {
  const home = freshDirectory(t)
  const file = `${home}/h.sqlite`
  await countOf(file)
  const database = new DatabaseSync(file)
  database.exec('PRAGMA user_version = 99')
  database.close()
  const { context, printed } = listening()
  t.equal(await remembering(keepRun(home, whole), { history: file }, context, async () => 0), 69)
  t.match(printed, [{ code: 'HISTORY_NEWER' }])
})

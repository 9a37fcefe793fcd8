// The file of the history when it is new, and when something is wrong with it.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'tap'
import { z } from 'zod'
import { HistoryFile } from '../../../harness/history/history-file.ts'

const count = 'SELECT count(*) AS count FROM runs'
const countRow = z.object({ count: z.number() })

void test('a history is made where there is none, for this user alone, and opened again', async (t) => {
  const file = `${t.testdir({})}/a/b/h.sqlite`
  for (const time of ['first', 'second']) {
    using history = await HistoryFile.open(file)
    t.strictSame(history.rows(countRow, count), [{ count: 0 }], time)
  }
  const database = new DatabaseSync(file)
  t.match(database.prepare('PRAGMA journal_mode').get(), { journal_mode: 'wal' })
  t.match(database.prepare('PRAGMA user_version').get(), { user_version: 1 })
  database.close()
})

void test('a file of a newer version is neither read nor written', async (t) => {
  const file = `${t.testdir({})}/h.sqlite`
  ;(await HistoryFile.open(file))[Symbol.dispose]()
  const database = new DatabaseSync(file)
  database.exec('PRAGMA user_version = 99')
  database.close()
  const before = readFileSync(file)
  await t.rejects(HistoryFile.open(file), { code: 'HISTORY_NEWER', fault: 'infra', message: /version 99, .* up to 1/ })
  t.ok(before.equals(readFileSync(file)))
})

void test('a database of another program stays as it is', async (t) => {
  const file = `${t.testdir({})}/h.sqlite`
  const database = new DatabaseSync(file)
  database.exec('CREATE TABLE bookmarks (url TEXT)')
  database.close()
  const before = readFileSync(file)
  await t.rejects(HistoryFile.open(file), { code: 'HISTORY_FOREIGN', fault: 'usage' })
  t.ok(before.equals(readFileSync(file)))
})

void test('a damaged file is named, with the way to make it again', async (t) => {
  const damaged = { code: 'HISTORY_DAMAGED', fault: 'infra', hint: /history add/ }
  const text = `${t.testdir({ 'h.sqlite': 'this is no database, though it is long enough for the head of one'.repeat(9) })}/h.sqlite`
  await t.rejects(HistoryFile.open(text), damaged)
  const cut = `${t.testdir({})}/h.sqlite`
  ;(await HistoryFile.open(cut))[Symbol.dispose]()
  writeFileSync(cut, readFileSync(cut).fill(0xa5, 4096))
  await t.rejects(async () => {
    using history = await HistoryFile.open(cut)
    history.rows(countRow, count)
  }, damaged)
})

void test('a row of another form is damage', async (t) => {
  using history = await HistoryFile.open(`${t.testdir({})}/h.sqlite`)
  t.throws(() => history.rows(z.object({ count: z.string() }), count), { code: 'HISTORY_DAMAGED' })
})

void test('a missing table and a column without JSON are damage', async (t) => {
  using history = await HistoryFile.open(`${t.testdir({})}/h.sqlite`)
  t.throws(() => history.rows(countRow, "SELECT json_array_length('no JSON') AS count"), {
    code: 'HISTORY_DAMAGED',
    message: /malformed JSON/,
  })
  history.change('DROP TABLE splats', [])
  t.throws(() => history.rows(countRow, 'SELECT count(*) AS count FROM splats'), { code: 'HISTORY_DAMAGED' })
})

void test('a lock of another process is waited for, and not for ever', async (t) => {
  const file = `${t.testdir({})}/h.sqlite`
  using history = await HistoryFile.open(file, 50)
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  const begin = performance.now()
  t.throws(() => history.atOnce(() => undefined), { code: 'HISTORY_LOCKED', transient: true, hint: /fuser/ })
  t.ok(performance.now() - begin >= 45)
  t.strictSame(history.rows(countRow, count), [{ count: 0 }], 'readers need no lock')
  other.exec('ROLLBACK')
  t.equal(
    history.atOnce(() => 1),
    1,
  )
  other.close()
})

void test('work that fails leaves nothing', async (t) => {
  using history = await HistoryFile.open(`${t.testdir({})}/h.sqlite`)
  const failing = (): void => {
    history.change("INSERT INTO runs VALUES ('a', 't', 's', 'k', NULL, NULL, NULL, 'vm', '[]', 1, NULL, 'd')", [])
    throw new Error('no')
  }
  t.throws(() => history.atOnce(failing), { message: 'no' })
  t.strictSame(history.rows(countRow, count), [{ count: 0 }])
  t.throws(() => history.change('INSERT INTO runs (id) VALUES (?)', ['a']), { code: 'ERR_SQLITE_ERROR' })
})

void test('a place that cannot be a history is refused', async (t) => {
  const directory = t.testdir({ file: '' })
  const unwritable = { code: 'HISTORY_UNWRITABLE', fault: 'infra', hint: /--history/ }
  await t.rejects(HistoryFile.open(directory), unwritable)
  await t.rejects(HistoryFile.open('/dev/null'), unwritable)
  await t.rejects(HistoryFile.open(`${directory}/file/h.sqlite`), unwritable)
  const closed = `${directory}/closed`
  mkdirSync(closed)
  chmodSync(closed, 0o555)
  // root may write everywhere.
  if (process.getuid?.() !== 0) await t.rejects(HistoryFile.open(`${closed}/h.sqlite`), unwritable)
})

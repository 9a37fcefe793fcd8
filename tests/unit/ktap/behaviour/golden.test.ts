// Small logs of kinds that people have posted, and what a careful reader sees in each.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { readLog } from '../../../../harness/ktap/read.ts'
import { numbers, problems } from '../fixtures/shown.ts'

const golden = path.join(import.meta.dirname, '..', 'golden')

/** Passed, failed, crashed, skipped; the status; the problems. */
const expected: Readonly<Record<string, readonly [counts: number[], status: string, problems: string[]]>> = {
  'k-2spaces.log': [[1, 1, 0, 1], 'failed', []],
  'k-bail.tap': [[2, 0, 0, 0], 'crashed', ['5 : Bail out! the fixture is gone']],
  'k-crlf.log': [[1, 0, 0, 1], 'passed', []],
  'k-indented-first-ok.log': [[1, 0, 0, 0], 'passed', []],
  'k-indented-first.log': [[1, 1, 0, 0], 'failed', []],
  'k-quoted-first-fail.log': [[1, 1, 0, 0], 'failed', []],
  'k-quoted-streams.log': [[1, 0, 0, 0], 'passed', []],
  'k-skipall.tap': [[0, 0, 0, 0], 'empty', ['1 : no test has run']],
  'k-todo.tap': [[1, 0, 0, 1], 'passed', []],
}

void test('each log has a row', (t) => {
  t.same(readdirSync(golden).toSorted(), Object.keys(expected).toSorted())
  t.end()
})

for (const [name, [counts, status, faults]] of Object.entries(expected)) {
  void test(name, (t) => {
    const report = readLog(readFileSync(path.join(golden, name), 'utf8'))
    t.same(numbers(report), counts)
    t.equal(report.status, status)
    t.same(problems(report), faults)
    t.end()
  })
}

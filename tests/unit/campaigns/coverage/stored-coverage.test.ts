import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { lineReport } from '../../../../harness/campaigns/coverage/line-report.ts'
import {
  linesOf,
  rangesOf,
  readCoverage,
  writeCoverage,
} from '../../../../harness/campaigns/coverage/stored-coverage.ts'

const own = { line: 5, text: '\tlock();', function: 'convert', patch: '0002-two.patch' }
const coverage = {
  kernel: 'mine',
  added: new Map([['a.c', [own]]]),
  counts: new Map([
    [
      'a.c',
      new Map([
        [4, 0],
        [5, 7],
      ]),
    ],
    ['other.h', new Map([[1, 1]])],
  ]),
  reached: new Map([
    ['boot', new Map([['a.c', new Set([4])]])],
    [
      'first',
      new Map([
        ['a.c', new Set([5, 4, 9])],
        ['other.h', new Set([1])],
      ]),
    ],
    ['second', new Map([['a.c', new Set([9])]])],
  ]),
}

void test('lines become ranges and back', async (t) => {
  t.equal(rangesOf([9, 3, 4, 5]), '3-5,9')
  t.same(linesOf('3-5,9'), [3, 4, 5, 9])
  t.throws(() => linesOf('5-3'))
  t.throws(() => linesOf('1-999999999'))
})

void test('what is written is read again, without the lines of other files in the tests', async (t) => {
  const directory = t.testdir()
  await writeCoverage(directory, coverage)
  const read = await readCoverage(directory)
  t.same(read.counts, coverage.counts)
  t.same(read.added, coverage.added)
  t.same(read.reached.get('first'), new Map([['a.c', new Set([4, 5, 9])]]))
})

void test('an absent file, and one of another form, are told with the next step', async (t) => {
  const directory = t.testdir()
  await t.rejects(readCoverage(directory), { code: 'COVERAGE_MISSING', hint: /--results/ })
  for (const text of [
    '',
    '{}',
    '{"version":2}',
    JSON.stringify({ version: 1, kernel: 'k', added: {}, counts: {}, reached: { x: { 'a.c': '9-1' } } }),
  ]) {
    writeFileSync(path.join(directory, 'coverage.json'), text)
    await t.rejects(readCoverage(directory), { code: 'COVERAGE_INVALID', hint: /again/ })
  }
})

void test('a line has the tests that reach it', async (t) => {
  t.same(lineReport({ file: 'a.c', line: 5 }, coverage), [
    'a.c:5: lock();  [0002-two.patch]',
    'ran 7 times, in 1 test',
    'first',
  ])
  t.match(lineReport({ file: 'a.c', line: 4 }, coverage)[0], /a line of the source/)
})

void test('a line without code and an unknown file are refused, with the nearest', async (t) => {
  t.throws(() => lineReport({ file: 'a.c', line: 1 }, coverage), { code: 'LINE_UNKNOWN', hint: /a\.c:4/ })
  t.throws(() => lineReport({ file: 'a.c', line: 99 }, coverage), { code: 'LINE_UNKNOWN', hint: /earlier/ })
  t.throws(() => lineReport({ file: 'other.h', line: 1 }, coverage), { code: 'LINE_UNKNOWN', hint: /a\.c/ })
})

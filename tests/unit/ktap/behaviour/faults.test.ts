// Faulty logs: how they count, and which problems are reported.
import { test } from 'tap'
import { readLog } from '../../../../harness/ktap/read.ts'
import { numbers, problems } from '../fixtures/shown.ts'

type Row = readonly [what: string, log: string, counts: number[], problems: string[]]

const noVersion = '1 : the log has no line "TAP version …" or "KTAP version …"'

const broken: readonly Row[] = [
  [
    'cut in a subtest',
    'TAP version 14\n1..2\n# Subtest: a\n1..3\nok 1 x\nKernel panic - not syncing: VFS: no root\nok 2 y\n',
    [1, 0, 3, 0],
    ['5 a: 2 of 3 planned tests have no result', '5 a: it has no result', '5 : 1 of 2 planned tests has no result'],
  ],
  [
    'a parent without its result',
    'KTAP version 1\n1..2\n# Subtest: a\n1..1\nok 1 x\nok 1 b\nok 2 c\n',
    [2, 0, 0, 0],
    [
      '6 a: it has no result',
      '6 b: it has number 1, and should have 2',
      '7 : 1 result after the 2 planned tests, which is not counted: c',
    ],
  ],
  [
    'too many',
    'TAP version 13\n1..1\nok 1 a\nnot ok 2 b\n',
    [1, 0, 0, 0],
    ['4 : 1 result after the 1 planned test, which is not counted: b'],
  ],
  ['a plan at the end', 'TAP version 14\nok 1 a\nok 2 b\n1..2\n', [2, 0, 0, 0], []],
  [
    'a plan at the end for more',
    'TAP version 14\nok 1 a\n1..2\n',
    [1, 0, 1, 0],
    ['3 : 1 of 2 planned tests has no result'],
  ],
  [
    'a plan at the end for less',
    'TAP version 14\nok 1 a\nok 2 b\n1..1\n',
    [2, 0, 0, 0],
    ['4 : 1 planned, but 2 tests'],
  ],
  [
    'two plans',
    'TAP version 14\n1..2\nok 1 a\n1..2\nok 2 b\n',
    [1, 0, 1, 0],
    [
      '4 : a plan where a test should be',
      '4 : 1 of 2 planned tests has no result',
      '5 : 1 result after the 2 planned tests, which is not counted: b',
    ],
  ],
  [
    'two plans at once',
    'TAP version 14\n1..2\n1..2\nok 1 a\nok 2 b\n',
    [2, 0, 0, 0],
    ['3 : a second plan, which is left out'],
  ],
  ['two streams of KTAP', 'KTAP version 1\n1..1\nok 1 a\nKTAP version 1\n1..1\nnot ok 1 b\n', [1, 1, 0, 0], []],
  [
    'a stream that is cut, and another one',
    'TAP version 13\n1..2\nok 1 a\nTAP version 13\n1..1\nok 1 b\n',
    [2, 0, 1, 0],
    ['4 : 1 of 2 planned tests has no result'],
  ],
  ['no plan, which KTAP allows', 'KTAP version 1\nok 1 a\n', [1, 0, 0, 0], []],
  [
    'a plan for too many',
    'TAP version 14\n1..4000000000\nok 1 a\n',
    [1, 0, 0, 0],
    ['2 : a plan of 4000000000 tests is ignored: at most 100000 are supported'],
  ],
  [
    'wrong numbers',
    'TAP version 14\n1..2\nok 2 a\nok 1 b\n',
    [2, 0, 0, 0],
    ['3 a: it has number 2, and should have 1', '4 b: it has number 1, and should have 2'],
  ],
  ['nothing has run', 'TAP version 14\n1..0\n', [0, 0, 0, 0], ['1 : no test has run']],
  ['all is skipped', 'TAP version 13\n1..0 # SKIP no KVM\n', [0, 0, 0, 0], []],
  ['an empty parent', 'KTAP version 1\n1..1\n# Subtest: a\n1..0\nok 1 a\n', [0, 0, 1, 0], ['3 a: no test has run']],
  [
    'a bail-out',
    'TAP version 13\n1..2\nok 1 a\nBail out! no memory\n',
    [1, 0, 1, 0],
    ['4 : Bail out! no memory', '4 : 1 of 2 planned tests has no result'],
  ],
  [
    'totals that say something else',
    'TAP version 13\n1..2\nok 1 a\nok 2 b\n# Totals: pass:1 fail:1 xfail:0 xpass:0 skip:0 error:0\n',
    [2, 0, 0, 0],
    [
      '5 : the totals say pass:1 fail:1 xfail:0 xpass:0 skip:0 error:0, ' +
        'the results pass:2 fail:0 xfail:0 xpass:0 skip:0 error:0',
    ],
  ],
  [
    'a parent that is better than its subtests',
    'KTAP version 1\n1..1\n# Subtest: a\n1..1\nnot ok 1 x\nok 1 a\n',
    [0, 1, 0, 0],
    ['6 a: it says ok, but 1 of its subtests did not pass'],
  ],
  [
    'a parent that is worse than its subtests',
    'KTAP version 1\n1..1\n# Subtest: a\n1..1\nok 1 x\nnot ok 1 a\n',
    [1, 1, 0, 0],
    [],
  ],
  [
    'a failure that was quoted below a success',
    'TAP version 13\n1..1\n# 1..1\n# not ok 1 x\nok 1 a\n',
    [1, 0, 0, 0],
    ['5 a: it says ok, but 1 of its subtests did not pass'],
  ],
  [
    'a fault in what was quoted',
    'TAP version 13\n1..1\n# 1..2\n# ok 1 x\nnot ok 1 a # exit=1\n',
    [0, 1, 0, 0],
    ['4 a: 1 of 2 planned tests has no result'],
  ],
  [
    'ok and a time-out',
    'KTAP version 1\n1..1\nok 1 a # TIMEOUT 45 seconds\n',
    [1, 0, 0, 0],
    ['3 a: it says ok, but also TIMEOUT'],
  ],
  ['a version of the future', 'KTAP version 2\n1..1\nok 1 a\n', [1, 0, 0, 0], ['1 : there is no known KTAP version 2']],
  [
    'KUnit gives up',
    'kunit executor: could not allocate\n',
    [0, 0, 0, 0],
    ['1 : kunit executor: could not allocate', noVersion],
  ],
  ['no KTAP', 'Linux version 6.12\nok 1 a\n', [1, 0, 0, 0], [noVersion]],
  ['nothing at all', '', [0, 0, 0, 0], [noVersion]],
]

for (const [what, log, counts, expected] of broken) {
  void test(what, (t) => {
    const report = readLog(log)
    t.same(numbers(report), counts)
    t.same(problems(report), expected)
    t.end()
  })
}

// Logs of kernels, KUnit and kselftest, and the output of programs.
import { test } from 'tap'
import { readLog, readProgram } from '../../../harness/ktap/read.ts'
import type { KtapReport, KtapTest } from '../../../harness/ktap/tree.ts'
import { numbers, problems } from './fixtures/shown.ts'

/** Formats each test of a tree as a line: depth, status, name. */
function outline(tests: readonly KtapTest[], depth = 0): string[] {
  return tests.flatMap((one) => [
    `${'  '.repeat(depth)}${one.status} ${one.name}`,
    ...outline(one.tests, depth + 1),
    ...outline(one.quoted ?? [], depth + 1).map((line) => `#${line}`),
  ])
}

const nested = `KTAP version 1
1..2
  KTAP version 1
  1..2
    KTAP version 1
    # Subtest: zap
    1..1
    # one page
    ok 1 one page
  ok 1 zap
  ok 2 fill # SKIP no memory
ok 1 pages
    # Subtest: roots
    1..1
    not ok 1 - one root
not ok 2 - roots
`

void test('headers nest tests, indentation does not', (t) => {
  const report = readLog(nested)
  t.same(outline(report.tests), [
    'passed pages',
    '  passed zap',
    '    passed one page',
    '  skipped fill',
    'failed roots',
    '  failed one root',
  ])
  t.same(numbers(report), [1, 1, 0, 1])
  t.equal(report.status, 'failed')
  t.same(problems(report), [])
  t.end()
})

void test('a log of the kernel', (t) => {
  const log = ['Linux version 6.12.0', ...nested.trimEnd().split('\n'), 'reboot: System halted', 'ok 3 afterwards']
  const printed = log.map((line) => `[    1.500000][    T1] ${line}\r\n`).join('')
  t.same(readLog(printed), shifted(readLog(nested), 1), 'prefixes of lines are left out')

  const noisy = nested.replace('    # one page\n', '    # one page\nkvm: a message, ok 1 of it\nok 9 a#b\n')
  t.same(numbers(readLog(noisy)), [1, 1, 0, 1], 'messages in between change nothing')
  t.end()
})

/** Shifts the line numbers of a report. */
function shifted(report: KtapReport, lines: number): KtapReport {
  const move = (one: KtapTest): KtapTest => ({
    ...one,
    ...(one.line === undefined ? {} : { line: one.line + lines }),
    tests: one.tests.map(move),
  })
  return { ...report, tests: report.tests.map(move) }
}

void test('the output of a runner of kselftest', (t) => {
  const report = readLog(`TAP version 13
1..3
# timeout set to 45
# selftests: kvm: one
# TAP version 13
# 1..2
# ok 1 maps
# # a remark
# not ok 2 faults
# # Totals: pass:1 fail:1 xfail:0 xpass:0 skip:0 error:0
not ok 1 selftests: kvm: one # exit=1
# selftests: kvm: two
# Random seed: 0x1
ok 2 selftests: kvm: two
# selftests: kvm: three
# 1..0 # SKIP needs TDX
ok 3 selftests: kvm: three # SKIP
`)
  t.same(outline(report.tests), [
    'failed selftests: kvm: one',
    '#  passed maps',
    '#  failed faults',
    'passed selftests: kvm: two',
    'skipped selftests: kvm: three',
  ])
  t.same(numbers(report), [1, 1, 0, 1], 'quoted results are not counted')
  t.same(problems(report), [])
  t.end()
})

void test('nesting has a limit', (t) => {
  const report = readLog('KTAP version 1\n'.repeat(100_000) + 'ok 1 a\n')
  t.ok(report.problems.some(({ problem }) => problem.startsWith('a header 100 levels deep')))
  const quoted = Array.from({ length: 5000 }, (_, depth) => `${'# '.repeat(depth + 1)}ok 1 a`).toReversed()
  t.equal(readLog(`TAP version 14\n1..1\n${quoted.join('\n')}\nok 1 a\n`).counts.passed, 1)
  t.end()
})

void test('the output of a program', (t) => {
  const tap12 = readProgram('Random seed: 0x1\n1..3\nok\nnot ok - faults # TODO later\nok 3 pins # skip no GUP\n')
  t.same(outline(tap12.tests), ['passed ', 'skipped faults', 'skipped pins'])
  t.same(problems(tap12), [])
  const silent = readProgram('Testing guest_memfd: OK\n')
  t.same([silent.status, silent.planned, problems(silent)], ['empty', undefined, []])
  t.end()
})

const plain = `TAP version 14
1..3
not ok 1 - a \\# 1
  ---
  message: |
    ok 2 - not a result
    1..7
  ...
ok - b
ok # SKIP no pages
`

void test('TAP 14: blocks of YAML, escapes, and results without a number', (t) => {
  const report = readLog(plain)
  t.same(outline(report.tests), ['failed a # 1', 'passed b', 'skipped '])
  t.same(problems(report), [])

  const unfinished = readLog('TAP version 14\n1..2\nok 1 a\n  ---\n  at: b\nok 2 b\n')
  t.same(outline(unfinished.tests), ['passed a', 'passed b'], 'what does not end is no block')
  const kernel = readLog('KTAP version 1\n1..2\nok 1 a\nok - b\n  ---\n  ok 2 c\n  ...\n')
  t.same(outline(kernel.tests), ['passed a', 'passed c'], 'KTAP has none of that')
  t.end()
})

void test('two streams of TAP in one file, each with its totals', (t) => {
  const totals = '# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0\n'
  const stream = `TAP version 13\n1..1\nok 1 a\n${totals}`
  const report = readLog(`${stream}${stream.replace('ok 1 a', 'ok 1 b')}`)
  t.same(outline(report.tests), ['passed a', 'passed b'])
  t.equal(report.planned, 2)
  t.same(problems(report), [])
  t.ok(readLog('TAP version 13\n'.repeat(20_000)).problems.length > 0, 'in time that is linear')
  t.end()
})

void test('TAP 12 has no version line', (t) => {
  const report = readLog('ok - a\nnot ok 2 b\n1..2\n')
  t.same(outline(report.tests), ['passed a', 'failed b'])
  t.same(problems(report), [])
  t.match(report.note, /the log has no line .*: it is read as TAP 12/)
  t.end()
})

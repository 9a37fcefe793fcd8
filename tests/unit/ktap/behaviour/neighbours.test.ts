// Documents in logs as consoles, runners and people leave them. The worst fault of a reader is a failed test that it tells
// as passed, with an exit code of 0.
import { test } from 'tap'
import { readLog } from '../../../../harness/ktap/read.ts'
import { numbers, problems } from '../fixtures/shown.ts'

/** Counts as passed, failed, crashed, skipped. `good`: nothing failed or crashed, and the log has no problem. */
type Row = readonly [what: string, log: string, counts: number[], verdict: 'good' | 'bad']

const stamps = (log: string): string => prefixed(log, (number) => `[   20.${String(464_809 + number)}] `)

function prefixed(log: string, prefix: (number: number) => string): string {
  return log
    .replace(/\n$/, '')
    .split('\n')
    .map((line, index) => `${prefix(index)}${line}\n`)
    .join('')
}

const alpha = (word: string): string =>
  `    KTAP version 1\n    # Subtest: alpha\n    1..1\n    ok 1 one\n${word} 1 alpha\n`
const outer = (word: string): string => `KTAP version 1\n1..1\n${alpha(word)}`
const flat = (word: string): string => `KTAP version 1\n1..2\nok 1 one\n${word} 2 two\n`
const tap = (word: string): string => `TAP version 13\n1..2\nok 1 one\n${word} 2 two\n`
const quotedRun = (word: string): string =>
  `# selftests: kvm: a\n# TAP version 13\n# 1..1\n# ok 1 x\nok 1 selftests: kvm: a\n# selftests: kvm: b\n${word} 2 selftests: kvm: b\n`
const kselftest = (word: string): string => `TAP version 13\n1..2\n${quotedRun(word)}`

/** Each of these must tell the failure whatever is done to the log. */
const failing: readonly Row[] = [
  ['indented first', alpha('not ok'), [1, 1, 0, 0], 'bad'],
  ['indented first, stamped', stamps(alpha('not ok')), [1, 1, 0, 0], 'bad'],
  ['indented by a tab', alpha('not ok').replaceAll('    ', '\t'), [1, 1, 0, 0], 'bad'],
  ['indented by two blanks', alpha('not ok').replaceAll('    ', '  '), [1, 1, 0, 0], 'bad'],
  [
    'indented first, stamped, with callers',
    prefixed(alpha('not ok'), (number) => `[   20.464809][ ${number % 2 === 0 ? ' T99' : 'T123'}] `),
    [1, 1, 0, 0],
    'bad',
  ],
  [
    'the end of another suite before it',
    `    ok 2 y\nok 6 beta\n${alpha('not ok').replace('1 alpha', '7 alpha')}`,
    [2, 1, 0, 0],
    'bad',
  ],
  [
    'a failure before it',
    `    not ok 2 y\nnot ok 6 beta\n${alpha('ok').replace('1 alpha', '7 alpha')}`,
    [1, 1, 0, 0],
    'bad',
  ],
  ['a failure before the first version line', `not ok 6 beta\n${outer('ok')}`, [1, 0, 0, 0], 'bad'],
  ['quoted first', quotedRun('not ok'), [1, 1, 0, 0], 'bad'],
  ['quoted first, stamped', stamps(quotedRun('not ok')), [1, 1, 0, 0], 'bad'],
  ['quoted first, with a comment', quotedRun('not ok').replace(/b\n$/, 'b # exit=1\n'), [1, 1, 0, 0], 'bad'],
  ['all of it quoted', prefixed(tap('not ok'), () => '# '), [1, 1, 0, 0], 'bad'],
  ['all of it quoted by a mail', prefixed(tap('not ok'), () => '> '), [1, 1, 0, 0], 'bad'],
  ['all of it indented', prefixed(tap('not ok'), () => '    '), [1, 1, 0, 0], 'bad'],
  ['a prefix of four characters', prefixed(tap('not ok'), () => 'vm: '), [1, 1, 0, 0], 'bad'],
  [
    'a prefix of four characters on some lines',
    tap('not ok').replaceAll(/^(?=TAP|1\.\.)/gm, 'vm: '),
    [1, 1, 0, 0],
    'bad',
  ],
  ['a prefix on the version line alone', tap('not ok').replace('TAP', '[ok] TAP'), [1, 1, 0, 0], 'bad'],
  ['a byte order mark', `\uFEFF${tap('not ok')}`, [1, 1, 0, 0], 'bad'],
  ['a byte order mark, KTAP', `\uFEFF${flat('not ok')}`, [1, 1, 0, 0], 'bad'],
  ['no-break spaces', flat('not ok').replaceAll(' ', '\u00A0'), [1, 1, 0, 0], 'bad'],
  ['colours', tap('not ok').replace('not ok 2', '\u001B[31mnot ok\u001B[0m 2'), [1, 1, 0, 0], 'bad'],
  ['NUL bytes', flat('not ok').replace('not ok', 'n\0ot ok'), [1, 1, 0, 0], 'bad'],
  ['CRLF', flat('not ok').replaceAll('\n', '\r\n'), [1, 1, 0, 0], 'bad'],
  ['CR CR LF, stamped', stamps(outer('not ok')).replaceAll('\n', '\r\r\n'), [1, 1, 0, 0], 'bad'],
  ['CR alone', flat('not ok').replaceAll('\n', '\r'), [1, 1, 0, 0], 'bad'],
  ['blanks at the ends of lines', flat('not ok').replaceAll('\n', '  \n'), [1, 1, 0, 0], 'bad'],
  ['no line feed at the end', flat('not ok').trimEnd(), [1, 1, 0, 0], 'bad'],
  [
    'dates of a capture',
    prefixed(flat('not ok'), (number) => `2027-01-29T10:11:0${number}.${number}23Z `),
    [1, 1, 0, 0],
    'bad',
  ],
  ['the journal', prefixed(outer('not ok'), (number) => `Jan 2${number} 10:11:12 host kernel: `), [1, 1, 0, 0], 'bad'],
  [
    'another month',
    prefixed(outer('not ok'), (number) => `${number < 2 ? 'Jan 31' : 'Feb  1'} 10:11:12 host kernel: `),
    [1, 1, 0, 0],
    'bad',
  ],
  [
    'stamps of growing width',
    prefixed(outer('not ok'), (number) => `[${number * 60_000}.000001] `),
    [1, 1, 0, 0],
    'bad',
  ],
  ['/dev/kmsg', prefixed(outer('not ok'), (number) => `6,${98 + number},${number}464809,-;`), [1, 1, 0, 0], 'bad'],
  [
    'levels and stamps',
    prefixed(outer('not ok'), (number) => `<${number % 2 === 0 ? 6 : 14}>[   20.464809] `),
    [1, 1, 0, 0],
    'bad',
  ],
  ['a capture in front of stamps', prefixed(outer('not ok'), () => '10:11:12 | [   20.464809] '), [1, 1, 0, 0], 'bad'],
  [
    'stamped lines and lines of a program',
    `[    1.000000] KTAP version 1\n1..2\n[    1.000000] ok 1 one\nnot ok 2 two\n`,
    [1, 1, 0, 0],
    'bad',
  ],
  ['a command that mentions the version line', `+ echo TAP version 13\n${tap('not ok')}`, [1, 1, 0, 0], 'bad'],
  ['no version line', flat('not ok').replace(/^.*\n/, ''), [1, 1, 0, 0], 'bad'],
  ['no version line, stamped', stamps(flat('not ok').replace(/^.*\n/, '')), [1, 1, 0, 0], 'bad'],
  ['no version line and no plan', 'ok 1 one\nnot ok 2 two\n', [1, 1, 0, 0], 'bad'],
  ['no plan', 'KTAP version 1\nok 1 one\nnot ok 2 two\n', [1, 1, 0, 0], 'bad'],
  ['a short plan', 'TAP version 13\n1..1\nok 1 one\nnot ok 2 two\n', [1, 0, 0, 0], 'bad'],
  ['a late plan', 'TAP version 13\nok 1 one\nnot ok 2 two\n1..2\n', [1, 1, 0, 0], 'bad'],
  ['a number twice', 'KTAP version 1\n1..2\nok 1 one\nok 1 two\n', [2, 0, 0, 0], 'bad'],
  ['a number left out', 'KTAP version 1\n1..2\nok 1 one\nok 3 two\n', [2, 0, 0, 0], 'bad'],
  ['no number in KTAP', 'KTAP version 1\nok 1 one\nnot ok - two\n', [1, 0, 0, 0], 'bad'],
  [
    'no number in TAP with a prefix',
    prefixed('TAP version 13\nok - one\nnot ok - two\n', () => 'vm: '),
    [1, 1, 0, 0],
    'bad',
  ],
  ['# in the name', 'KTAP version 1\nok 1 one\nnot ok 2 a#b\n', [1, 0, 0, 0], 'bad'],
  ['TODO in KTAP', 'KTAP version 1\n1..1\nnot ok 1 a # TODO later\n', [0, 1, 0, 0], 'bad'],
  ['a word that begins with TODO', 'TAP version 14\n1..1\nnot ok 1 a # TODOs\n', [0, 1, 0, 0], 'bad'],
  ['TODO in the name', 'TAP version 14\n1..1\nnot ok 1 a TODO\n', [0, 1, 0, 0], 'bad'],
  ['a bail-out in front', 'TAP version 13\nBail out! no\n', [0, 0, 0, 0], 'bad'],
  ['a bail-out that is indented', 'TAP version 14\n1..1\nok 1 a\n    Bail out! no\n', [1, 0, 0, 0], 'bad'],
  [
    'a bail-out of a quoted program',
    'TAP version 13\n1..1\n# 1..1\n# ok 1 x\n# Bail out! no\nok 1 a\n',
    [1, 0, 0, 0],
    'bad',
  ],
  [
    'a failure in the second quoted stream',
    `TAP version 13\n1..1\n${prefixed('TAP version 13\n1..1\nok 1 x\nTAP version 13\n1..1\nnot ok 1 y\n', () => '# ')}ok 1 a\n`,
    [1, 0, 0, 0],
    'bad',
  ],
  [
    'quotes in quotes',
    'TAP version 13\n1..1\n# 1..1\n# # 1..1\n# # not ok 1 x\n# ok 1 y\nok 1 a\n',
    [1, 0, 0, 0],
    'bad',
  ],
  [
    'a suite that fails although its tests are skipped',
    'KTAP version 1\n1..1\n# Subtest: a\n1..1\nok 1 x # SKIP\nnot ok 1 a\n',
    [0, 1, 0, 1],
    'bad',
  ],
  [
    'a message of the kernel in a header',
    stamps(outer('not ok').replace('1\n    # S', '1\nrandom: crng init done\n    # S')),
    [1, 1, 0, 0],
    'bad',
  ],
  ['a runner', kselftest('not ok'), [1, 1, 0, 0], 'bad'],
  ['several modules in dmesg', stamps(`${outer('ok')}random: crng init done\n${outer('not ok')}`), [2, 1, 0, 0], 'bad'],
  [
    'a module that crashes, and the next one',
    stamps(`KTAP version 1\n1..2\n${alpha('ok')}${outer('not ok')}`),
    [2, 1, 1, 0],
    'bad',
  ],
  [
    'a test that crashes, and the next module',
    stamps(`KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: a\n    1..2\n    ok 1 x\n${outer('ok')}`),
    [2, 0, 1, 0],
    'bad',
  ],
  [
    'a subtest of TAP without a header',
    'TAP version 13\n1..1\n    1..2\n    ok 1 x\n    not ok 2 y\nok 1 a\n',
    [1, 1, 0, 0],
    'bad',
  ],
]

const passing = (
  [
    ['indented first, stamped', stamps(alpha('ok')), [1, 0, 0, 0]],
    ['indented first, of a later suite', stamps(alpha('ok').replace('1 alpha', '7 alpha')), [1, 0, 0, 0]],
    [
      'the end of another suite before it',
      `    ok 2 y\nok 6 beta\n${alpha('ok').replace('1 alpha', '7 alpha')}`,
      [2, 0, 0, 0],
    ],
    [
      'indented first, and two levels',
      `        KTAP version 1\n        # Subtest: x\n        1..1\n        ok 1 y\n    ok 1 x\nok 1 alpha\n`,
      [1, 0, 0, 0],
    ],
    ['quoted first', quotedRun('ok'), [2, 0, 0, 0]],
    [
      'quoted first, of a later program',
      quotedRun('ok').replace('ok 1 s', 'ok 8 s').replace('ok 2 s', 'ok 9 s'),
      [2, 0, 0, 0],
    ],
    ['quoted first, then a runner', `${quotedRun('ok')}${kselftest('ok')}`, [4, 0, 0, 0]],
    ['a runner', kselftest('ok'), [2, 0, 0, 0]],
    ['all of it quoted', prefixed(tap('ok'), () => '# '), [2, 0, 0, 0]],
    ['all of it indented', prefixed(tap('ok'), () => '    '), [2, 0, 0, 0]],
    ['a byte order mark', `\uFEFF${tap('ok')}`, [2, 0, 0, 0]],
    ['no-break spaces', flat('ok').replaceAll(' ', '\u00A0'), [2, 0, 0, 0]],
    ['CR alone', flat('ok').replaceAll('\n', '\r'), [2, 0, 0, 0]],
    ['the journal', prefixed(outer('ok'), (number) => `Jan 2${number} 10:11:12 host kernel: `), [1, 0, 0, 0]],
    ['/dev/kmsg', prefixed(outer('ok'), (number) => `6,${98 + number},${number}464809,-;`), [1, 0, 0, 0]],
    ['several modules in dmesg', stamps(`${outer('ok')}random: crng init done\n${outer('ok')}`), [2, 0, 0, 0]],
    [
      'messages of the kernel in between',
      stamps(outer('ok').replace('    ok 1', 'ok, this is a message\n    # one: ok\n    ok 1')),
      [1, 0, 0, 0],
    ],
    ['TODO', 'TAP version 13\n1..2\nok 1 a\nnot ok 2 b # TODO later\n', [1, 0, 0, 1]],
    ['TODO in small letters, without a name', 'TAP version 14\n1..1\nnot ok 1 # todo\n', [0, 0, 0, 1]],
    [
      'TODO in a subtest',
      'TAP version 14\n1..1\n# Subtest: a\n    1..2\n    ok 1 x\n    not ok 2 y # TODO later\nok 1 - a\n',
      [1, 0, 0, 1],
    ],
    ['TODO without a version line', '1..1\nnot ok 1 b # TODO later\n', [0, 0, 0, 1]],
    ['not ok and SKIP', 'KTAP version 1\n1..1\nnot ok 1 a # SKIP no KVM\n', [0, 0, 0, 1]],
    ['all is skipped', 'TAP version 14\n1..0 # SKIP no such hardware here\n', [0, 0, 0, 0]],
    [
      'all is skipped, quoted',
      'TAP version 13\n1..1\n# TAP version 13\n# 1..0 # SKIP no TDX\nok 1 a # SKIP\n',
      [0, 0, 0, 1],
    ],
    [
      'three quoted streams',
      `TAP version 13\n1..1\n${prefixed('TAP version 13\n1..1\nok 1 x\n'.repeat(3), () => '# ')}ok 1 a\n`,
      [1, 0, 0, 0],
    ],
    [
      'a quoted stream behind a text',
      `TAP version 13\n1..1\n# hello\n# TAP version 13\n# 1..1\n# ok - x\nok 1 a\n`,
      [1, 0, 0, 0],
    ],
    [
      'a subtest of TAP without a header',
      'TAP version 13\n1..1\n    1..2\n    ok 1 x\n    ok 2 y\nok 1 a\n',
      [2, 0, 0, 0],
    ],
    ['results that are indented, and no plan of their own', 'TAP version 13\n1..2\n  ok 1 x\n  ok 2 y\n', [2, 0, 0, 0]],
    ['TAP 12', '1..2\nok 1 a\nok 2 b\n', [2, 0, 0, 0]],
    ['a plan with blanks behind it', 'KTAP version 1\n1..1  \nok 1 a\n', [1, 0, 0, 0]],
    [
      'the end of a kernel without a root',
      'KTAP version 1\n1..1\nok 1 a\nreboot: System halted\nnot ok 1 x\n',
      [1, 0, 0, 0],
    ],
  ] as const
).map(([what, log, counts]): Row => [what, log, [...counts], 'good'])

for (const [what, log, counts, verdict] of [...failing, ...passing]) {
  void test(`${verdict}: ${what}`, (t) => {
    const report = readLog(log)
    const isBad = report.counts.failed + report.counts.crashed + report.problems.length > 0
    t.equal(isBad ? 'bad' : 'good', verdict, problems(report).join('\n'))
    t.same(numbers(report), counts)
    t.end()
  })
}

void test('no row that fails has the status of a success', (t) => {
  const silent = failing.filter(([, log]) => {
    const { status, problems: faults } = readLog(log)
    return status === 'passed' && faults.length === 0
  })
  t.same(silent, [])
  t.end()
})

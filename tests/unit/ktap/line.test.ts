// The kinds of lines, and the lines that are results with and without numbers.
import { test } from 'tap'
import { classify, type KtapLine, type Numbering, type ResultLine } from '../../../harness/ktap/line.ts'

function result(given: Partial<ResultLine>): ResultLine {
  return {
    kind: 'result',
    ok: true,
    number: undefined,
    name: '',
    directive: undefined,
    reason: undefined,
    ...given,
  }
}

const rows: readonly (readonly [line: string, numbering: Numbering, kind: KtapLine])[] = [
  ['ok 1 - maps', 'required', result({ number: 1, name: 'maps' })],
  ['\t  not ok 12 maps it', 'required', result({ ok: false, number: 12, name: 'maps it' })],
  ['ok 7', 'required', result({ number: 7 })],
  ['ok 3 # SKIP no huge pages', 'required', result({ number: 3, directive: 'SKIP', reason: 'no huge pages' })],
  [
    'ok 3 - pins # skip: no GUP_TEST',
    'required',
    result({ number: 3, name: 'pins', directive: 'SKIP', reason: 'no GUP_TEST' }),
  ],
  [
    'not ok 4 selftests: kvm: slow # TIMEOUT 45 seconds',
    'required',
    result({
      ok: false,
      number: 4,
      name: 'selftests: kvm: slow',
      directive: 'TIMEOUT',
      reason: '45 seconds',
    }),
  ],
  [
    'not ok 5 selftests: kvm: bad # exit=254',
    'required',
    result({ ok: false, number: 5, name: 'selftests: kvm: bad', reason: 'exit=254' }),
  ],
  ['ok 3 # Skipped: no GUP', 'required', result({ number: 3, directive: 'SKIP', reason: 'no GUP' })],
  ['ok 3 # SKIPPED', 'required', result({ number: 3, directive: 'SKIP', reason: '' })],
  ...['skipping because of EIO', 'skips', 'skip-list is broken', 'SKIP_ALL is not set'].map(
    (reason) => [`not ok 1 t # ${reason}`, 'required', result({ ok: false, number: 1, name: 't', reason })] as const,
  ),
  // A message of the kernel that begins like a result.
  ['ok 1 device#2 is up', 'required', { kind: 'text' }],
  ['ok - maps', 'required', { kind: 'text' }],
  ['not ok', 'optional', result({ ok: false })],
  ['ok - maps', 'optional', result({ name: 'maps' })],
  ['ok 3 # SKIP no pages', 'optional', result({ number: 3, directive: 'SKIP', reason: 'no pages' })],
  ['ok # SKIP', 'optional', result({ directive: 'SKIP', reason: '' })],
  [String.raw`ok 2 - number \# and \\.`, 'optional', result({ number: 2, name: String.raw`number # and \.` })],
  ['okay', 'optional', { kind: 'text' }],
  ['ok: done', 'optional', { kind: 'text' }],
  ['1..4', 'required', { kind: 'plan', count: 4, skip: undefined }],
  ['1..0 # SKIP - no /dev/kvm', 'required', { kind: 'plan', count: 0, skip: 'no /dev/kvm' }],
  ['1..0 # Skipped: no /dev/kvm', 'required', { kind: 'plan', count: 0, skip: 'no /dev/kvm' }],
  ['1..0 # skipping failed', 'required', { kind: 'plan', count: 0, skip: undefined }],
  ['  KTAP version 1', 'required', { kind: 'version', protocol: 'KTAP', version: 1 }],
  ['TAP version 14', 'required', { kind: 'version', protocol: 'TAP', version: 14 }],
  ['TAP version 14 or so', 'required', { kind: 'text' }],
  ['    # Subtest: conversions', 'required', { kind: 'subtest', name: 'conversions' }],
  ['bail out! no memory', 'required', { kind: 'bail-out', reason: 'no memory' }],
  ['# a diagnostic', 'required', { kind: 'text' }],
  ['', 'optional', { kind: 'text' }],
]

void test('lines', (t) => {
  for (const [line, numbering, kind] of rows) t.same(classify(line, numbering), kind, `${numbering}: ${line}`)
  t.end()
})

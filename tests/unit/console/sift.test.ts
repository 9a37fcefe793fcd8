// A splat that an allowance covers does not count, until the last day of the allowance is over.
import { test } from 'tap'
import { dayOf, expiryNotes, sift } from '../../../harness/console/sift.ts'
import { findSplats } from '../../../harness/console/find-splats.ts'
import { parseAllowances } from '../../../harness/kernel/definition/allowances.ts'
import { goldenLines } from './fixtures/golden.ts'

const splats = findSplats([...goldenLines('warning'), ...goldenLines('kasan')])
const allowance = { match: '^WARNING in kvm_gmem_get_folio$', reason: 'known', expires: '2027-01-31' }

void test('an allowance covers the splats whose title it matches, and no others', (t) => {
  const { counted, allowed } = sift(splats, [allowance], '2027-01-01')
  t.match(counted, [{ kind: 'kasan' }])
  t.match(allowed, [{ splat: { kind: 'warning' }, allowance }])
  t.end()
})

void test('an allowance can match the line of the kernel', (t) => {
  const { counted } = sift(splats, [{ ...allowance, match: 'BUG: KASAN: .* in kvm_gmem_release' }], '2027-01-01')
  t.match(counted, [{ kind: 'warning' }])
  t.end()
})

void test('an allowance never covers a splat in which another one may be hidden', (t) => {
  const lines = goldenLines('warning')
  const interrupted = findSplats([...lines.slice(0, 12), ...goldenLines('kasan')])
  const mixed = findSplats(
    lines.flatMap((line) =>
      line.includes('Hardware name')
        ? [line, line.replace(/\].*/, '] CPU: 1 UID: 0 PID: 9 Comm: other Not tainted')]
        : [line],
    ),
  )
  const torn = findSplats(lines.map((line) => line.replace('<TASK>', '<TASK>[   12.345678] hello')))
  const entry = { ...allowance, match: 'WARNING' }
  for (const splats of [interrupted, mixed, torn]) {
    const { counted, allowed, withheld } = sift(splats, [entry], '2027-01-01')
    t.match(counted, [{ kind: 'warning', corrupted: /./ }])
    t.match(withheld, [{ splat: { kind: 'warning' }, allowance: entry }])
    t.strictSame(allowed, [])
  }
  t.match(sift(findSplats(lines.slice(0, 12)), [entry], '2027-01-01'), {
    allowed: [{ splat: { corrupted: 'the log ends within the splat' } }],
    withheld: [],
  })
  t.end()
})

void test('an allowance holds through its last day, and its end is reported', (t) => {
  t.equal(sift(splats, [allowance], '2027-01-31').allowed.length, 1)
  t.strictSame(expiryNotes([allowance], '2027-01-31'), [])
  t.equal(sift(splats, [allowance], '2027-02-01').allowed.length, 0)
  t.strictSame(expiryNotes([allowance], '2027-02-01'), [
    "the allowance '^WARNING in kvm_gmem_get_folio$' expired on 2027-01-31 and covers nothing any more (known)",
  ])
  t.equal(dayOf(new Date('2027-01-31T23:59:59Z')), '2027-01-31')
  t.end()
})

const mistakes: readonly (readonly [text: string, message: string])[] = [
  ['- {match: f_x, expires: 2027-01-31}', 'a.yaml:1:3: reason in entry 1 is missing'],
  ['- {match: f_x, reason: b}', 'a.yaml:1:3: expires in entry 1 is missing'],
  ['- {reason: b, expires: 2027-01-31}', 'a.yaml:1:3: match in entry 1 is missing'],
  ['- {match: f_x, reason: " ", expires: 2027-01-31}', "a.yaml:1:24: reason in entry 1 must not be empty, got ' '"],
  [
    '- {match: (, reason: b, expires: 2027-01-31}',
    "a.yaml:1:11: match in entry 1 must be a regular expression, got '('",
  ],
  [
    '- {match: .*, reason: b, expires: 2027-01-31}',
    "a.yaml:1:11: match in entry 1 must not match nearly every splat, got '.*'",
  ],
  [
    '- {match: f_x, reason: b, expires: 2027-02-29}',
    "a.yaml:1:36: expires in entry 1 must be a day such as 2027-01-31, got '2027-02-29'",
  ],
  [
    '- {match: f_x, reason: b, expires: never}',
    "a.yaml:1:36: expires in entry 1 must be a day such as 2027-01-31, got 'never'",
  ],
  ['- {match: f_x, reason: b, expires: 2027-01-31, until: x}', "a.yaml:1:48: there is no key 'until'"],
  ...['.', 'a|b|e', ' in ', '[a-z]', '_'].map(
    (match) =>
      [
        `- {match: "${match}", reason: b, expires: 2027-01-31}`,
        `a.yaml:1:11: match in entry 1 must not match nearly every splat, got '${match}'`,
      ] as const,
  ),
  [
    'allow:\n  - {match: f_x, reason: b, expires: 2027-01-31}',
    "a.yaml:1:1: this is not a list of allowances: it must be a list of entries '- match: …', with no key around it",
  ],
  ['[]', 'a.yaml:1:1: this is not a list of allowances: it must have an entry'],
]

for (const [text, message] of mistakes) {
  void test(`refused: ${text}`, (t) => {
    t.throws(() => parseAllowances('/a.yaml', text), {
      code: 'ALLOW_INVALID',
      message: `/${message}`,
      fault: 'usage',
    })
    t.end()
  })
}

void test('a text that YAML takes for a key: the hint tells how to quote it', (t) => {
  const text = '- match: WARNING: CPU\n  reason: b\n  expires: 2027-01-31\n'
  t.throws(() => parseAllowances('/a.yaml', text), {
    code: 'ALLOW_INVALID',
    message: /a\.yaml:1:10: /,
    hint: "put a text with ': ' in it into quotes",
  })
  t.equal(parseAllowances('/a.yaml', text.replace('WARNING: CPU', '"WARNING: CPU"')).length, 1)
  t.end()
})

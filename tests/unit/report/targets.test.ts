// The values of --report, and the places of reports.
import { test } from 'tap'
import { parseReport, storedTargets, targetsOf, wishesOf } from '../../../harness/report/targets.ts'

void test('a report is a format, with a file or the standard output', (t) => {
  t.strictSame(parseReport('junit'), { word: 'junit' })
  t.strictSame(parseReport('ktap:-'), { word: 'ktap', to: 'stdout' })
  t.strictSame(parseReport('tap:/tmp/a:b'), { word: 'tap', to: { path: '/tmp/a:b' } })
  t.match(parseReport('tap:a'), { to: { path: /^\/.*\/a$/ } }, 'relative to the current directory')
  t.end()
})

void test('another value is refused with the next step', (t) => {
  const wrong = [
    ['', /must begin with tap, .*got ''/],
    ['juni', /got 'juni'/],
    ['JUnit', /got 'JUnit'/],
    [':x', /got ':x'/],
    ['junit:', /must be followed by a file or by -, got 'junit:'/],
    ['constructor', /got 'constructor'/],
  ] as const
  for (const [text, message] of wrong) {
    t.throws(() => parseReport(text), { code: 'OPTION_VALUE', message, hint: /--report/ }, text)
  }
  t.throws(() => parseReport('juni'), { message: /./, hint: 'for example: --report junit' })
  t.end()
})

void test('every run writes TAP and its events; a wish takes the place of TAP on the standard output', (t) => {
  const usual = targetsOf([], undefined)
  t.strictSame(
    usual.map(({ format, to }) => [format, typeof to === 'string' ? to : 'file' in to ? to.file : 'elsewhere']),
    [
      ['terminal', 'stderr'],
      ['tap', 'stdout'],
      ['tap', 'results.tap'],
      ['jsonl', 'results.jsonl'],
    ],
  )
  t.strictSame(targetsOf([parseReport('tap'), parseReport('jsonl')], undefined), usual, 'each place once')
  const withKtap = targetsOf([parseReport('ktap:-')], undefined)
  t.strictSame(
    withKtap.filter(({ to }) => to === 'stdout').map(({ format }) => format),
    ['ktap'],
  )
  t.end()
})

void test('github is annotations and a summary, which goes to the file of the job if it has one', (t) => {
  const github = parseReport('github')
  t.strictSame(wishesOf([github], '/job/summary'), [
    { format: 'annotations', to: 'annotations' },
    { format: 'summary', to: { append: '/job/summary' } },
  ])
  t.strictSame(wishesOf([github], undefined)[1], { format: 'summary', to: { file: 'summary.md' } })
  t.end()
})

void test('two formats cannot have one place', (t) => {
  for (const place of ['-', '/tmp/x']) {
    const wishes = [parseReport(`junit:${place}`), parseReport(`kcidb:${place}`)]
    t.throws(() => targetsOf(wishes, undefined), { code: 'OPTION_VALUE', message: /junit and kcidb both go to/ })
  }
  t.equal(wishesOf([parseReport('junit:/tmp/x'), parseReport('junit:/tmp/x')], undefined).length, 2)
  t.end()
})

const stored = (...texts: readonly string[]) => storedTargets(texts.map(parseReport), '/job/summary', '/r')

void test('the reports of a run that is over go beside its results, each place once', (t) => {
  t.strictSame(stored(), [{ format: 'tap', to: 'stdout' }])
  t.strictSame(stored('jsonl', 'junit'), [
    { format: 'jsonl', to: 'stdout' },
    { format: 'junit', to: { path: '/r/junit.xml' } },
  ])
  t.strictSame(stored('tap', 'tap:-'), [{ format: 'tap', to: 'stdout' }])
  t.strictSame(stored('junit', 'junit:/r/./junit.xml'), [{ format: 'junit', to: { path: '/r/junit.xml' } }])
  t.strictSame(stored('github', 'github'), [
    { format: 'annotations', to: 'annotations' },
    { format: 'summary', to: { append: '/job/summary' } },
  ])
  for (const [one, other] of [
    ['junit', 'kcidb:/r/junit.xml'],
    ['github', 'tap:/job/summary'],
    ['tap', 'ktap:-'],
  ] as const) {
    t.throws(() => stored(one, other), { code: 'OPTION_VALUE', message: /both go to/ }, `${one} ${other}`)
  }
  t.end()
})

// TAP as it comes out, judged by an independent parser.
import { execFile } from 'node:child_process'
import { Writable } from 'node:stream'
import { test } from 'tap'
import type { Diagnostic, RunEvent, Verdict } from '../../../../harness/report/events.ts'
import { inProject } from '../../../../harness/base/paths.ts'
import { tapSink } from '../../../../harness/report/tap/tap.ts'

/** What an independent parser makes of a stream. */
interface Parsed {
  readonly exitCode: number
  readonly text: string
}

async function parse(tap: string): Promise<Parsed> {
  const { promise, resolve } = Promise.withResolvers<Parsed>()
  const child = execFile(inProject('node_modules/.bin/tap-parser'), ['--strict'], (error, stdout) =>
    resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, text: stdout }),
  )
  child.stdin?.end(tap)
  return promise
}

function collector(): { readonly output: Writable; readonly text: () => string } {
  let text = ''
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString()
      done()
    },
  })
  return { output, text: () => text }
}

const diagnostic: Diagnostic = {
  message: "converting a pinned page: wanted 'EAGAIN', found 'OK'",
  rules: ['S-A9', '2.2-range'],
  operations: ['convert gmem 1 private offset 0x1000 size 0x1000 → OK'],
  wanted: 'EAGAIN',
  found: 'OK',
  at: 'tests/scenarios/pinned.ts:12',
  console: ['[    1.0] BUG: # not \u001b[31ma comment\u001b[0m', '  ---', '...', 'ok 99 - not a test point'],
  again: './gmemtest run --kernel gmem-convert pinned',
}

function started(...scenarios: string[]): RunEvent {
  return {
    type: 'run-started',
    time: '2026-11-23T00:00:00Z',
    kernel: 'k',
    dialect: 'convert-ioctl',
    version: 2,
    suite: 'scenarios',
    tests: scenarios,
    isolation: 'vm',
  }
}

function finished(name: string, verdict: Verdict, more: object = {}): RunEvent {
  return {
    type: 'test-finished',
    suite: 'scenarios',
    name,
    title: `what ${name} says`,
    verdict,
    milliseconds: 12.4,
    ...more,
  }
}

function over(aborted?: string): RunEvent {
  const verdicts = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  return { type: 'run-finished', milliseconds: 1, verdicts, ...(aborted === undefined ? {} : { aborted }) }
}

async function written(...events: RunEvent[]): Promise<string> {
  const { output, text } = collector()
  const sink = tapSink(output, { isTty: false, directory: '' })
  for (const event of events) await sink.write(event)
  await sink.close()
  return text()
}

void test('a program that an instance did not survive has no output, and no operations of a scenario', async (t) => {
  const died = { message: 'the kernel panicked', rules: [], operations: [], console: [], again: 'again' }
  const text = await written(started('kvm:a'), finished('kvm:a', 'FAIL', { title: '', diagnostic: died }), over())
  t.match(text, /problem: the kernel panicked\n  output: \[\]\n  console: \[\]\n/)
  t.notMatch(text, /operation|rules/)
})

void test('the points of a program are subtests of its own point', async (t) => {
  const { output, text } = collector()
  const sink = tapSink(output, { isTty: false, directory: '' })
  const points = [
    { ok: true, name: 'maps # and all' },
    { ok: false, name: 'faults', directive: 'TODO', reason: 'XFAIL later' },
    { ok: true, name: 'no pages', directive: 'SKIP', reason: '' },
    { ok: true, name: 'pins', points: [{ ok: true, name: 'one' }] },
  ]
  const found = { message: 'exit code 1', rules: [], operations: [], output: ['it is bad'], console: [] }
  await sink.write(started('kvm:good', 'kvm:bad', 'kvm:silent'))
  await sink.write(finished('kvm:good', 'PASS', { title: '', points }))
  await sink.write(
    finished('kvm:bad', 'FAIL', { title: '', points: [points[0]], diagnostic: { ...found, again: 'again' } }),
  )
  await sink.write(finished('kvm:silent', 'PASS', { title: '' }))
  await sink.write(over())
  await sink.close()
  t.equal(
    text(),
    `TAP version 14
1..3
# Subtest: kvm:good
    1..4
    ok 1 - maps \\# and all
    not ok 2 - faults # TODO XFAIL later
    ok 3 - no pages # SKIP
    # Subtest: pins
        1..1
        ok 1 - one
    ok 4 - pins
ok 1 - kvm:good # time=12ms
# Subtest: kvm:bad
    1..1
    ok 1 - maps \\# and all
not ok 2 - kvm:bad
  ---
  verdict: FAIL
  problem: exit code 1
  output:
    - it is bad
  console: []
  duration_ms: 12
  again: again
  ...

ok 3 - kvm:silent # time=12ms
`,
  )
  const parsed = await parse(text())
  t.equal(parsed.exitCode, 1, 'a parser sees the failure, and nothing that is wrong with the stream')
  t.notMatch(parsed.text, /tapError: (?!null)|\[ 'extra'/)
})

void test('a run of all verdicts is strict TAP 14 in the order of the scenarios', async (t) => {
  const tap = await written(
    started('a', 'b', 'c', 'd', 'e'),
    finished('a', 'PASS'),
    finished('b', 'SKIP', { reason: 'this kernel has no #hash ioctl' }),
    finished('c', 'FAIL', { diagnostic }),
    finished('d', 'ERROR', { diagnostic }),
    finished('e', 'MISS', { diagnostic }),
    over(),
  )
  const lines = tap.split('\n').filter((line) => /^(TAP|1\.\.|ok|not ok|Bail)/.test(line))
  t.strictSame(lines, [
    'TAP version 14',
    '1..5',
    'ok 1 - a: what a says # time=12ms',
    'ok 2 - b: what b says # SKIP this kernel has no \\#hash ioctl',
    'not ok 3 - c: what c says',
    'not ok 4 - d: what d says',
    'not ok 5 - e: what e says',
  ])
  const parsed = await parse(tap)
  t.ok(parsed.text.includes('pass: 2,'), 'two points pass')
  t.ok(parsed.text.includes('fail: 3,'), 'three fail')
  t.notOk(parsed.text.includes("'extra'"), 'nothing in it is not TAP')
  t.equal(parsed.exitCode, 1)
})

void test('an allowed splat is a comment', async (t) => {
  const allowed = ['WARNING in f: allowed until 2027-01-31 (known)']
  const tap = await written(started('a'), finished('a', 'PASS', { allowed }), over())
  t.match(tap, /^# a: WARNING in f: allowed until 2027-01-31 \(known\)\nok 1 - a/m)
  t.equal((await parse(tap)).exitCode, 0)
})

void test('a run that passes is accepted by tap-parser --strict', async (t) => {
  const tap = await written(started('a'), finished('a', 'PASS'), over())
  t.equal((await parse(tap)).exitCode, 0)
})

void test('a run without a test is no empty stream', async (t) => {
  const tap = await written(started(), over())
  t.equal(tap, 'TAP version 14\n1..0 # no tests\n')
  t.equal((await parse(tap)).exitCode, 0)
})

void test('a failure says what, where and how to run it again', async (t) => {
  const tap = await written(started('pinned'), finished('pinned', 'FAIL', { diagnostic }), over())
  for (const line of [
    '  at: tests/scenarios/pinned.ts:12',
    '  verdict: FAIL',
    "  problem: \"converting a pinned page: wanted 'EAGAIN', found 'OK'\"",
    '    - S-A9',
    '  operation: convert gmem 1 private offset 0x1000 size 0x1000 → OK',
    '  wanted: EAGAIN',
    '  found: OK',
    '  again: ./gmemtest run --kernel gmem-convert pinned',
  ]) {
    t.ok(tap.split('\n').includes(line), line)
  }
  t.notOk(tap.includes('\u001b'), 'no escape sequences')
})

void test('a retry is said so, whether it helped or not', async (t) => {
  const retried = 'QEMU ended by SIGKILL'
  const tap = await written(
    started('a', 'b', 'c'),
    finished('a', 'PASS', { retried }),
    finished('b', 'MISS', { retried, diagnostic }),
    finished('c', 'SKIP', { retried, reason: 'no ioctl' }),
    over(),
  )
  t.match(tap, /^# a was tried again: QEMU ended by SIGKILL\nok 1 - a/m)
  t.match(tap, /^not ok 2 - b[^]*^ {2}first_try: QEMU ended by SIGKILL$/m)
  t.match(tap, /^# c was tried again: .*\nok 3 - c.* # SKIP no ioctl$/m)
  const parsed = await parse(tap)
  t.notOk(parsed.text.includes("'extra'"), 'nothing in it is not TAP')
})

void test('a point is written when its scenario ends, not at the end of the run', async (t) => {
  const { output, text } = collector()
  const sink = tapSink(output, { isTty: false, directory: '' })
  await sink.write(started('a', 'b'))
  await sink.write(finished('a', 'FAIL', { diagnostic }))
  t.match(text(), /^not ok 1 - a/m)
  t.match(text(), /again: /)
  await sink.write(finished('b', 'PASS'))
  await sink.close()
})

for (const [what, events] of [
  ['interrupted between scenarios', [started('a', 'b'), finished('a', 'PASS'), over('interrupted by SIGINT')]],
  ['aborted before the first scenario', [started('a', 'b'), over('no space left')]],
  ['ended without a result for each scenario', [started('a', 'b'), finished('a', 'PASS'), over()]],
] as const) {
  void test(`a run that was ${what} does not look complete`, async (t) => {
    const tap = await written(...events)
    t.match(tap, /^1\.\.2$/m)
    t.match(tap, /^Bail out! /m)
    t.not((await parse(tap)).exitCode, 0)
  })
}

void test('a run that just stops does not look complete', async (t) => {
  t.not((await parse(await written(started('a', 'b'), finished('a', 'PASS')))).exitCode, 0)
})

void test('the tap package adds nothing to our output and our exit code', async (t) => {
  const program = `
    const { tapSink } = await import(${JSON.stringify(inProject('harness/report/tap/tap.ts'))})
    const sink = tapSink(process.stdout, { isTty: false, directory: '' })
    await sink.write({ type: 'run-started', tests: ['a'] })
    await sink.write({ type: 'test-finished', name: 'a', title: 'a', verdict: 'MISS', milliseconds: 1 })
    await new Promise((resolve) => setTimeout(resolve, 700))
    await sink.close()
    process.exitCode = 69
  `
  // tap's own root test would run into its timeout, half a second, before the program ends.
  const env = { PATH: process.env['PATH'], TAP_TIMEOUT: '0.5' }
  const { promise, resolve } = Promise.withResolvers<Parsed>()
  execFile(process.execPath, ['--input-type=module', '--eval', program], { env }, (error, stdout) =>
    resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, text: stdout }),
  )
  t.strictSame(await promise, {
    exitCode: 69,
    text: 'TAP version 14\n1..1\nnot ok 1 - a: a\n  ---\n  verdict: MISS\n  ...\n\n',
  })
})

void test('an output that cannot be written is an error', async (t) => {
  const output = new Writable({
    write(_chunk, _encoding, done) {
      done(new Error('ENOSPC: no space left on device'))
    },
  })
  const sink = tapSink(output, { isTty: false, directory: '' })
  await t.rejects(async () => {
    await sink.write(started('a'))
    await sink.write(finished('a', 'PASS'))
    await sink.write(over())
    await sink.close()
  }, /ENOSPC/)
})

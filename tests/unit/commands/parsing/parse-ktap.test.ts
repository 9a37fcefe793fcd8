// gmemtest parse --ktap: its output and its exit codes.
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'tap'
import { hasHidden } from '../../../../harness/base/visible-text.ts'
import { openLog } from '../../../../harness/commands/parsing/log-file.ts'
import { parseKtap } from '../../../../harness/commands/parsing/parse-ktap.ts'
import { fakeContext } from '../fixtures/context.ts'

async function parsed(
  log: string,
  options: { readonly json?: true } = {},
): Promise<{ readonly exitCode: number; readonly printed: string }> {
  const stdout = new PassThrough()
  const { context } = fakeContext({ stdout })
  const source = await openLog('-', PassThrough.from([Buffer.from(log)]))
  const exitCode = await parseKtap(source, options, context)
  stdout.end()
  return { exitCode, printed: await text(stdout) }
}

void test('hidden characters of a log are visible', async (t) => {
  const log = 'TAP version 13\n1..2\nok 1 a\u202eb\nnot ok 2 c\u2028d # \u009b31m\u001b[2J\n'
  for (const json of [undefined, true] as const) {
    const { printed } = await parsed(log, json === undefined ? {} : { json })
    t.notOk(hasHidden(printed.replaceAll('\n', '')), printed)
  }
})

void test('the lines of a structured log are unwrapped', async (t) => {
  const results = ['TAP version 13', '1..2', "ok 1 it's", 'not ok 2 "b"', 'a line of a program']
  const logs = {
    JSON: results.map((msg) => `- ${JSON.stringify({ dt: '2027-01-02T03:04:05', lvl: 'target', msg })}`),
    YAML: results.map((msg) => `- {dt: 2027-01-02T03:04:05, lvl: target, msg: '${msg.replaceAll("'", "''")}'}`),
  }
  for (const [name, lines] of Object.entries(logs)) {
    const { exitCode, printed } = await parsed(`${lines.join('\n')}\n`)
    t.equal(printed, 'passed  it\'s\nfailed  "b"\n1 passed, 1 failed, 0 crashed, 0 skipped\n', name)
    t.equal(exitCode, 1, name)
  }
})

void test('as text', async (t) => {
  const { exitCode, printed } = await parsed(
    [
      'TAP version 13',
      '1..3',
      '# 1..1',
      '# ok 1 maps',
      'ok 1 selftests: kvm: one',
      'ok 2 selftests: kvm: two # SKIP',
      'not ok 3 selftests: kvm: \u001b[31mthree # TIMEOUT 45 seconds',
      '',
    ].join('\n'),
  )
  t.equal(
    printed,
    [
      'passed  selftests: kvm: one',
      '  # passed  maps',
      'skipped selftests: kvm: two # SKIP',
      'failed  selftests: kvm: three # TIMEOUT 45 seconds',
      '1 passed, 1 failed, 0 crashed, 1 skipped',
      '',
    ].join('\n'),
  )
  t.equal(exitCode, 1)
})

void test('a comment that is no directive is not taken for a part of the name', async (t) => {
  const log = 'TAP version 14\n1..3\nok 1 - a: b # time=469ms\nnot ok 2 - c # exit=1\nok 3 - d # SKIP no KVM\n'
  const { printed } = await parsed(log)
  t.match(printed, /^passed {2}a: b \(time=469ms\)\nfailed {2}c \(exit=1\)\nskipped d # SKIP no KVM\n/)
})

void test('as JSON', async (t) => {
  const { exitCode, printed } = await parsed('KTAP version 1\n1..1\nok 1 one\n', { json: true })
  t.equal(exitCode, 0)
  const counts = { passed: 1, failed: 0, crashed: 0, skipped: 0 }
  t.same(JSON.parse(printed), {
    status: 'passed',
    counts,
    tests: [{ name: 'one', status: 'passed', line: 3, counts, tests: [] }],
    problems: [],
  })
})

void test('a log that is incomplete is no success', async (t) => {
  const { exitCode, printed } = await parsed('KTAP version 1\n1..1\nok 1 one\nBail out! no more\n')
  t.equal(printed, 'passed  one\nline 4: Bail out! no more\n1 passed, 0 failed, 0 crashed, 0 skipped\n')
  t.equal(exitCode, 1)
  await t.rejects(parsed(''), { code: 'LOG_EMPTY', fault: 'usage' }, 'an empty log is an error')
  t.equal((await parsed('TAP version 13\n1..0 # SKIP no KVM\n')).exitCode, 0, 'a skip with a reason is a success')
})

// A test whose file is no scenario is an ERROR of its own: the rest runs, and the exit code says that a test failed.
import { test } from 'tap'
import { BuildError, UsageError } from '../../../../harness/base/errors.ts'
import { scenarioTest } from '../../../../harness/suites/scenarios/scenario-test.ts'
import { fine, named, run, verdicts } from '../../fixtures/run/run.ts'

const file = '/somewhere/else/b.ts'
const error = new UsageError('SCENARIO_INVALID', `${file}:3 cannot be loaded: no`, { hint: 'write another' })
const broken = scenarioTest({ name: 'b', file, error }, 'convert-ioctl')

void test('the others run', async (t) => {
  const result = await run([named('a', fine), broken, named('c', fine)])
  t.strictSame(verdicts(result), ['PASS', 'ERROR', 'PASS'])
  t.equal(result.outcome.exitCode, 1)
  t.match(result.finished[1]?.diagnostic, {
    message: `${file}:3 cannot be loaded: no (hint: write another)`,
    at: /somewhere\/else\/b\.ts:3$/,
    again: './gmemtest run b',
  })
})

void test('alone, it needs no instance', async (t) => {
  const result = await run([broken])
  t.strictSame(verdicts(result), ['ERROR'])
  t.equal(result.outcome.exitCode, 1)
  t.equal(result.boots, 0)
})

void test('a program that was not built says nothing about the kernel', async (t) => {
  const unbuilt = { ...broken, refusal: new BuildError('SELFTEST_BROKEN', 'no') }
  const result = await run([named('a', fine), unbuilt])
  t.strictSame(verdicts(result), ['PASS', 'ERROR'])
  t.equal(result.outcome.exitCode, 69)
})

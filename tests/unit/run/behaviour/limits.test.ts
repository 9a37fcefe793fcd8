// A run that ends early by its options: in order, and with what ran reported.
import { test } from 'tap'
import { isFailure } from '../../../../harness/report/stored/failure.ts'
import type { VmDeath } from '../../../../harness/vm/vm.ts'
import type { FakeOptions } from '../../fixtures/run/fake-instance.ts'
import { fine, named, run, takes, verdicts, type Body } from '../../fixtures/run/run.ts'

const broken: Body = async () => {
  throw new Error('no')
}
const killed: VmDeath = { kind: 'qemu-exited', code: undefined, signal: 'SIGKILL', stderr: '' }
const dying: FakeOptions = {
  react: (name, puppet) => {
    if (name !== 'setAffinity') return undefined
    puppet.die(killed)
    return 'hang'
  },
}

void test('the first failure ends the run, and the reason names it', async (t) => {
  const result = await run([named('a', fine), named('b', broken), named('c', fine)], {
    failFast: ({ verdict }) => verdict === 'ERROR',
  })
  t.strictSame(verdicts(result), ['PASS', 'ERROR'])
  t.match(result.events.at(-1), { aborted: 'b has ERROR, and the first failure ends the run', exitCode: 1 })
  t.equal(result.outcome.exitCode, 1)
})

void test('trouble of this computer is no failure', async (t) => {
  const result = await run([named('a', fine), named('b', fine)], {
    failFast: isFailure,
    retries: 0,
    instances: [dying, {}],
  })
  t.strictSame(verdicts(result), ['MISS', 'PASS'])
})

void test('after the limit no test begins: the others are a MISS, and the one that ran is what it is', async (t) => {
  for (const isolation of ['none', 'vm'] as const) {
    const limit = { at: performance.now() + 60, text: '60ms' }
    const tests = [named('a', takes(90)), named('b', fine), named('c', fine)]
    const result = await run(tests, { limit, isolation })
    t.strictSame(verdicts(result), ['PASS', 'MISS', 'MISS'])
    t.match(result.finished[1]?.diagnostic, {
      message: 'the time limit of 60ms was reached',
      again: './gmemtest run b',
    })
    t.equal(result.outcome.exitCode, 69)
    t.equal(result.outcome.aborted, undefined, 'each test has a verdict')
  }
})

void test('a limit that is reached before the first test boots nothing', async (t) => {
  const result = await run([named('a', fine)], { limit: { at: 0, text: '1s' } })
  t.strictSame(verdicts(result), ['MISS'])
  t.equal(result.boots, 0)
})

void test('a test is tried as often as wanted', async (t) => {
  const twice = await run([named('a', fine)], { retries: 2, instances: [dying, dying, {}] })
  t.match(twice.finished, [{ verdict: 'PASS', retried: 'QEMU ended by SIGKILL; then: QEMU ended by SIGKILL' }])
  t.equal(twice.events.filter(({ type }) => type === 'test-retried').length, 2)
  const never = await run([named('a', fine)], { retries: 0, instances: [dying] })
  t.match(never.finished, [{ verdict: 'MISS' }])
  t.notOk('retried' in (never.finished[0] ?? {}))
})

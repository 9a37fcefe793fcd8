import { test } from 'tap'
import { BootError, BuildError, GuestError, InfraError, UsageError } from '../../../../harness/base/errors.ts'
import { bytes } from '../../../../harness/base/units.ts'
import { judge, repeated, tryKernel, type Trial } from '../../../../harness/campaigns/bisect/trial.ts'
import type { TestFinished, Verdict } from '../../../../harness/report/events.ts'
import { planBoots } from '../../../../harness/run/boot-plan.ts'

function finished(verdict: Verdict, more: Partial<TestFinished> = {}): TestFinished {
  return {
    type: 'test-finished',
    suite: 's',
    name: verdict.toLowerCase(),
    title: '',
    verdict,
    milliseconds: 1,
    ...more,
  }
}

function failure(verdict: Verdict, message: string, more: Partial<TestFinished> = {}): TestFinished {
  const diagnostic = { message, rules: [], operations: [], console: [], again: '' }
  return finished(verdict, { diagnostic, ...more })
}

function fails(error: Error): () => Promise<never> {
  return async () => {
    throw error
  }
}

const kindOf = (events: readonly TestFinished[], error?: unknown): Trial['kind'] => judge(events, { error }).kind

void test('a failure counts before all else, and needs to be one of the test', async (t) => {
  t.match(judge([finished('PASS'), failure('FAIL', 'wanted 1'), finished('SKIP')], {}), {
    kind: 'failed',
    message: 'fail: wanted 1',
    diagnostic: { message: 'wanted 1' },
  })
  t.equal(kindOf([failure('FAIL', 'a splat', { beforehand: true })]), 'no-boot')
})

void test('a kernel is good when all tests pass', async (t) => {
  t.equal(kindOf([finished('PASS'), finished('PASS')]), 'passed')
  t.equal(kindOf([finished('PASS'), finished('SKIP', { reason: 'no ioctl' })]), 'lacking')
  t.equal(kindOf([finished('PASS'), failure('ERROR', 'bug of the test')]), 'unclear')
  t.equal(kindOf([finished('PASS'), failure('MISS', 'QEMU was killed')]), 'trouble')
  t.equal(kindOf([]), 'unclear')
})

void test('the error of a boot tells who has to act', async (t) => {
  t.equal(kindOf([], new BootError('X', 'x')), 'no-boot')
  t.equal(kindOf([], new InfraError('X', 'x')), 'trouble')
  t.equal(kindOf([], new UsageError('DIALECT_NOT_SPOKEN', 'x')), 'lacking')
  t.equal(kindOf([], new GuestError('X', 'x')), 'unclear')
})

void test('a kernel that does not build is a result, trouble of this computer an error', async (t) => {
  const options: Omit<Parameters<typeof tryKernel>[0], 'build'> = {
    plan: planBoots([], bytes(0)),
    runs: { most: 1, enough: 1 },
    signal: new AbortController().signal,
    dialect: 'convert-ioctl',
    needsDialect: true,
    allow: [],
    today: '2026-01-01',
    kernel: 'k',
    expectSkips: [],
    emit: async () => undefined,
    again: () => '',
  }
  t.strictSame(await tryKernel({ ...options, build: fails(new BuildError('X', 'no compile')) }), {
    kind: 'not-built',
    message: 'no compile',
  })
  await t.rejects(tryKernel({ ...options, build: fails(new InfraError('NO_SPACE', 'full')) }), { code: 'NO_SPACE' })
})

/** Runs in this order: `f` fails, `p` passes, `t` is trouble. Returns the trial and how many runs it took. */
async function runsOf(order: string, most: number, enough: number): Promise<readonly [Trial, number]> {
  let done = 0
  const trial = await repeated({ most, enough }, async () => {
    const letter = order[done++] ?? ''
    if (letter === 'f') return { kind: 'failed', message: `reason ${done}` }
    return letter === 'p' ? { kind: 'passed', message: 'passed' } : { kind: 'trouble', message: 'QEMU was killed' }
  })
  return [trial, done]
}

void test('a kernel that fails sometimes runs until its failures are enough, and one that passes as often as it may', async (t) => {
  t.strictSame(await runsOf('pfpff', 100, 2), [
    { kind: 'failed', message: 'in run 2 reason 2', failures: { count: 2, total: 4 } },
    4,
  ])
  t.strictSame(await runsOf('fppp', 3, 2), [
    { kind: 'failed', message: 'reason 1', failures: { count: 1, total: 3 } },
    3,
  ])
  t.strictSame(await runsOf('pppp', 3, 1), [
    { kind: 'passed', message: 'passed in 3 runs', failures: { count: 0, total: 3 } },
    3,
  ])
})

void test('a run without a verdict ends the runs: an earlier failure counts', async (t) => {
  t.strictSame(await runsOf('ppt', 5, 3), [{ kind: 'trouble', message: 'QEMU was killed' }, 3])
  t.strictSame(await runsOf('pft', 5, 3), [
    { kind: 'failed', message: 'in run 2 reason 2', failures: { count: 1, total: 2 } },
    3,
  ])
})

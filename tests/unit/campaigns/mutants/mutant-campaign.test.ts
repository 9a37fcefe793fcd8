// Mutants on scripted instances: which failures count as kills, and the control.
import { test } from 'tap'
import { BootError, BuildError, InfraError } from '../../../../harness/base/errors.ts'
import { bytes } from '../../../../harness/base/units.ts'
import { planBoots } from '../../../../harness/run/boot-plan.ts'
import type { Test } from '../../../../harness/run/test.ts'
import type { Puppet } from '../../fixtures/run/fake-instance.ts'
import { fine, named } from '../../fixtures/run/run.ts'
import { broken, notices, planOf, sleeps, subject, tryAll, type Flaw } from './fixtures/try-all.ts'

void test('a scenario that fails has killed the mutant, and the control proves that it can pass', async (t) => {
  const { outcome, mutants, ran, built, last } = await tryAll({ 'bad-errno': broken })
  t.equal(outcome?.exitCode, 0)
  t.match(mutants, [
    {
      name: 'bad-errno',
      verdict: 'KILLED',
      tried: 1,
      bug: 'B-1',
      patch: 'mutants/bad-errno.patch',
      again: './gmemtest mutants bad-errno',
    },
  ])
  t.match(mutants[0]?.killers, [{ scenario: 'notices', message: /binding to a CPU: wanted OK/ }])
  t.strictSame(ran, ['notices', 'notices'], 'the claimed one alone, and again at the end')
  t.strictSame(built, ['bad-errno', 'control'])
  t.match(last, { type: 'mutants-finished', verdicts: { KILLED: 1, SURVIVED: 0 } })
})

void test('after the claimed kill nothing more is tried, unless all were asked for', async (t) => {
  const alsoNotices: Test = { ...notices, name: 'notices-too' }
  const plan = planOf([notices, alsoNotices, sleeps])
  const first = await tryAll({ m: broken }, { plan })
  t.equal(first.mutants[0]?.tried, 1)
  const all = await tryAll({ m: broken }, { plan, all: true })
  t.equal(all.mutants[0]?.tried, 3)
  t.strictSame(
    all.mutants[0]?.killers.map((killer) => killer.scenario),
    ['notices', 'notices-too'],
  )
})

void test('a panic in the time of a scenario is a kill, one before any scenario is none', async (t) => {
  const panics: Flaw = {
    instance: {
      react: (name, puppet) => {
        if (name !== 'setAffinity') return undefined
        puppet.say('[    2.0] Kernel panic - not syncing: Fatal exception')
        puppet.die({ kind: 'panic', title: 'Fatal exception' })
        return 'hang'
      },
    },
  }
  const dead: Flaw = { boot: new BootError('BOOT_PANIC', 'the kernel panicked while it booted') }
  const claims = [{ scenario: 'notices', check: 'panic* Fatal exception' }]
  const { outcome, mutants } = await tryAll({ panics, dead }, { mutants: [subject('panics', claims), subject('dead')] })
  t.equal(mutants[0]?.verdict, 'KILLED')
  t.match(mutants[1], { verdict: 'NO_BOOT', killers: [], reason: 'the kernel panicked while it booted' })
  t.equal(outcome?.exitCode, 1)
})

function complain(puppet: Puppet): void {
  puppet.say('[    0.1] Linux version 6.12.0')
  puppet.say('[    0.5] BUG: unable to handle page fault for address: 0')
}

void test('a splat of the boot does not count, and the reason says so', async (t) => {
  const { outcome, mutants } = await tryAll({ m: { onBoot: complain } }, { plan: planOf([sleeps]) })
  t.match(mutants[0], { verdict: 'SURVIVED', killers: [], reason: /only the boot failed.*page fault/ })
  t.equal(outcome?.exitCode, 1)
})

void test('a survivor is one failure, and the mutants after it are tried', async (t) => {
  const { outcome, mutants } = await tryAll({ harmless: {}, m: broken })
  t.strictSame(
    mutants.map((mutant) => mutant.verdict),
    ['SURVIVED', 'KILLED'],
  )
  t.equal(mutants[0]?.reason, '2 scenarios passed and none failed')
  t.equal(outcome?.exitCode, 1)
  t.strictSame((await tryAll({ harmless: {} })).built, ['harmless'], 'without a kill there is nothing to prove')
})

void test('a mutant that cannot be built is one line, and could not run', async (t) => {
  const build = new BuildError('PATCH_DOES_NOT_APPLY', 'the patch m does not apply: virt/gmem.c, hunk #1')
  const { outcome, mutants, built } = await tryAll({ m: { build }, n: broken })
  t.match(mutants[0], { verdict: 'NOT_BUILT', tried: 0, reason: /m does not apply/ })
  t.equal(mutants[1]?.verdict, 'KILLED')
  t.strictSame(built, ['n', 'control'])
  t.equal(outcome?.exitCode, 69)
})

void test('trouble of this computer ends it all, with an event that says why', async (t) => {
  const build = new InfraError('NO_SPACE', 'the disk is full')
  const { error, mutants, last } = await tryAll({ m: { build }, n: broken })
  t.equal(error, build)
  t.strictSame(mutants, [])
  t.match(last, { type: 'mutants-finished', aborted: 'the disk is full' })
})

void test('trouble of this computer at the boot of a mutant is no verdict on it, and nothing more is built', async (t) => {
  const boot = new InfraError('NO_SPACE', 'no space left in /results')
  const { outcome, error, mutants, built, last } = await tryAll({ k: broken, m: { boot }, n: broken })
  t.equal(error, boot)
  t.equal(outcome, undefined)
  t.strictSame(
    mutants.map((mutant) => mutant.name),
    ['k'],
  )
  t.strictSame(built, ['k', 'm'])
  t.match(last, { type: 'mutants-finished', aborted: boot.message, verdicts: { KILLED: 1, ERROR: 0 } })
})

void test('a mutant that was killed before this computer had trouble is killed', async (t) => {
  const boot = new InfraError('QEMU_FAILED', 'QEMU could not start: cannot set up guest memory', {
    transient: true,
  })
  const large = named('large', fine, [], { pools: { '2M': 1 } })
  const { error, mutants } = await tryAll(
    { m: { ...broken, secondBoot: boot } },
    { plan: planOf([notices, large]), all: true },
  )
  t.equal(error, undefined)
  t.match(mutants, [{ verdict: 'KILLED' }])
})

void test('what is no verdict on the kernel is no kill', async (t) => {
  const buggy = named('buggy', async () => {
    throw new TypeError('x is not a function')
  })
  const { outcome, mutants } = await tryAll({ m: {} }, { plan: planOf([fineOne(), buggy]) })
  t.match(mutants[0], {
    verdict: 'ERROR',
    killers: [],
    reason: /buggy have no verdict: .*x is not a function/,
  })
  t.equal(outcome?.exitCode, 1)
})

function fineOne(): Test {
  return named('fine', fine)
}

void test('a killer that fails without a mutant as well proves nothing', async (t) => {
  const { outcome, control } = await tryAll({ m: broken, control: broken })
  t.equal(outcome?.exitCode, 1)
  t.match(control, { tried: 1, reason: /prove nothing: notices$/ })
})

void test('an interruption is no verdict', async (t) => {
  const controller = new AbortController()
  const interrupting = named('interrupting', async () => controller.abort(new Error('Ctrl-C')))
  const { error, mutants, last } = await tryAll(
    { m: {} },
    { plan: planOf([interrupting, sleeps]), signal: controller.signal },
  )
  t.match(error, { message: 'Ctrl-C' })
  t.strictSame(mutants, [])
  t.match(last, { type: 'mutants-finished', aborted: 'Ctrl-C' })
})

void test('what this computer cannot boot leaves a mutant without a verdict', async (t) => {
  const large = named('large', fine, [], { pools: { '1G': 4 } })
  const { mutants } = await tryAll({ m: {} }, { plan: planBoots([sleeps, large], bytes(2 ** 31)) })
  t.match(mutants[0], { verdict: 'ERROR', killers: [], reason: /large have no verdict/ })
})

void test('with failsFast, the first mutant that is not killed ends the campaign, without a control', async (t) => {
  const flaws = { killed: broken, survives: {}, later: broken }
  const { outcome, mutants, built, last } = await tryAll(flaws, { failsFast: true })
  t.equal(outcome?.exitCode, 1)
  t.strictSame(
    mutants.map(({ name, verdict }) => [name, verdict]),
    [
      ['killed', 'KILLED'],
      ['survives', 'SURVIVED'],
    ],
  )
  t.strictSame(built, ['killed', 'survives'])
  t.match(last, { aborted: 'survives has SURVIVED, and the first failure ends the run' })
})

void test('a limit that is reached ends the campaign with the mutants so far', async (t) => {
  const limit = new AbortController()
  const reached = new InfraError('TIME_LIMIT', 'the time limit of 30m was reached')
  const flaws = { first: broken, second: { ...broken, onBoot: () => limit.abort(reached) }, third: broken }
  const { error, mutants, last } = await tryAll(flaws, { signal: limit.signal })
  t.equal(error, reached)
  t.strictSame(
    mutants.map(({ name }) => name),
    ['first'],
  )
  t.match(last, { type: 'mutants-finished', verdicts: { KILLED: 1 }, aborted: 'the time limit of 30m was reached' })
})

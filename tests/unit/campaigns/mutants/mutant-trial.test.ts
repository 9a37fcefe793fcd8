// The order of tests in the trial of a mutant: the likely killers come first, with few boots.
import { test } from 'tap'
import { bytes } from '../../../../harness/base/units.ts'
import { likelyFirst } from '../../../../harness/campaigns/mutants/mutant-trial.ts'
import { onlyNamed, planBoots, type BootPlan } from '../../../../harness/run/boot-plan.ts'
import type { Test } from '../../../../harness/run/test.ts'
import { describeProfile } from '../../../../harness/vm/profile.ts'
import { fine, named } from '../../fixtures/run/run.ts'

function planOf(tests: readonly Test[]): BootPlan {
  return planBoots(tests, bytes(2 ** 40))
}

function shape({ groups }: BootPlan): string[] {
  return groups.map(({ profile, tests }) => `${describeProfile(profile)}: ${tests.map(({ name }) => name).join(' ')}`)
}

void test('likely killers come first, in their order, and none twice', (t) => {
  const plan = planOf(['a', 'b', 'c', 'd'].map((name) => named(name, fine)))
  const first = likelyFirst(plan, ['d', 'b', 'x'])
  t.strictSame(shape(first), ['plain: d b', 'plain: a c'])
  t.end()
})

void test('what the likely killers need is booted first, then nothing twice', (t) => {
  const plan = planOf([
    named('a', fine),
    named('b', fine),
    named('c', fine, [], { pools: { '2M': 2 } }),
    named('d', fine, [], { pools: { '2M': 8 } }),
    named('e', fine, [], { boot: ['hvo'] }),
  ])
  t.strictSame(shape(likelyFirst(plan, ['c'])), ['8 × 2M: c', '8 × 2M: d', 'plain: a b', 'hvo: e'])
  t.strictSame(shape(likelyFirst(plan, ['d', 'b', 'c'])), ['8 × 2M: d c', 'plain: b', 'plain: a', 'hvo: e'])
  t.strictSame(shape(likelyFirst(plan, [])), ['plain: a b', '8 × 2M: c d', 'hvo: e'])
  const [likely, others] = likelyFirst(plan, ['c']).groups
  t.equal(likely?.profile, others?.profile, 'the instance is used again')
  t.strictSame(shape(onlyNamed(plan, new Set(['d', 'e']))), ['8 × 2M: d', 'hvo: e'])
  t.end()
})

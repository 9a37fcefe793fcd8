// A mutant is killed by the scenarios that it names, and by the checks that it names.
import { test } from 'tap'
import type { Claim } from '../../../../../harness/campaigns/mutants/claims.ts'
import type { Test } from '../../../../../harness/run/test.ts'
import { named } from '../../../fixtures/run/run.ts'
import { broken, claimed, notices, planOf, sleeps, subject, tryAll } from '../fixtures/try-all.ts'

const otherClaims: readonly (readonly [what: string, claims: readonly Claim[], reason: RegExp])[] = [
  [
    'another check',
    [{ scenario: 'notices', check: 'page 3' }],
    /^notices failed by another check than 'page 3': binding/,
  ],
  ['another scenario', [{ scenario: 'sleeps', check: 'page 3' }], /^sleeps did not fail$/],
  ['one of two', [claimed, { scenario: 'sleeps', check: 'page 3' }], /^sleeps did not fail$/],
]

for (const [what, claims, reason] of otherClaims) {
  void test(`a kill by ${what} than claimed is no proof`, async (t) => {
    const { outcome, mutants } = await tryAll({ m: broken }, { mutants: [subject('m', claims)] })
    t.match(mutants[0], { verdict: 'UNPROVEN', reason, killers: [{ scenario: 'notices' }] })
    t.equal(outcome?.exitCode, 1)
    t.equal(outcome?.verdicts.UNPROVEN, 1)
  })
}

void test('a claimed scenario without a verdict is no kill otherwise than claimed', async (t) => {
  const buggy = named('buggy', async () => {
    throw new TypeError('x is not a function')
  })
  const claims = [claimed, { scenario: 'buggy', check: 'page 3' }]
  const { mutants } = await tryAll({ m: broken }, { plan: planOf([notices, buggy]), mutants: [subject('m', claims)] })
  t.match(mutants[0], { verdict: 'ERROR', reason: /names, buggy have no verdict: .*x is not a function/ })
})

void test('every claim is tried before the trial ends', async (t) => {
  const alsoNotices: Test = { ...notices, name: 'notices-too' }
  const { mutants, ran } = await tryAll(
    { m: broken },
    {
      plan: planOf([alsoNotices, notices, sleeps]),
      mutants: [subject('m', [claimed, { ...claimed, scenario: 'notices-too' }])],
    },
  )
  t.match(mutants[0], { verdict: 'KILLED', tried: 2 })
  t.strictSame(ran.slice(0, 2), ['notices', 'notices-too'])
})

// Claims of mutants: how they are written, and which messages prove them.
import { test } from 'tap'
import type { Killer } from '../../../../harness/report/events/mutant-events.ts'
import { isCheck, readClaims, unprovenClaims } from '../../../../harness/campaigns/mutants/claims.ts'

const message = 'pages 3..4 as the guest sees them: wanted 17, found 0; guestScan(vcpu#4) = OK'

const checks: readonly (readonly [check: string, holds: boolean])[] = [
  ['pages 3..4 as the guest sees them', true],
  ['wanted 17, found 0', true],
  ['pages * wanted 17', true],
  ['pages*guest*OK', true],
  ['*found 0*', true],
  ['wanted 17, found 1', false],
  ['guest*pages', false],
  ['found 0*found 0', false],
  ['kernel splat', false],
  ['pages .* wanted', false],
]

for (const [check, holds] of checks) {
  void test(`'${check}' ${holds ? 'is' : 'is not'} the check that failed`, (t) => {
    t.equal(isCheck(check, message), holds)
    t.end()
  })
}

void test('claims are lines of the header', (t) => {
  const text =
    'Subject: x\n\nBug: A-1\nKilled-by: one-scenario: found: 0 bytes \nKilled-by: two: it leaks *\n---\n+++ b/x\n'
  t.strictSame(readClaims('m.patch', text), [
    { scenario: 'one-scenario', check: 'found: 0 bytes' },
    { scenario: 'two', check: 'it leaks *' },
  ])
  t.strictSame(readClaims('m.patch', 'Subject: x\n'), [])
  t.end()
})

const mistakes: readonly (readonly [what: string, lines: string])[] = [
  ['a scenario without a check', 'Killed-by: one-scenario\n'],
  ['an empty check', 'Killed-by: one-scenario:   \n'],
  ['a check that any message has', 'Killed-by: one-scenario: *\n'],
  ['a check of a few letters', 'Killed-by: one-scenario: * a *\n'],
  ['two scenarios in one line', 'Killed-by: one-scenario, two: it\n'],
  ['nothing', 'Killed-by:\n'],
  ['a scenario twice', 'Killed-by: one: it leaks\nKilled-by: one: it fails\n'],
]

for (const [what, lines] of mistakes) {
  void test(`refused as a claim: ${what}`, (t) => {
    t.throws(() => readClaims('m.patch', `Subject: x\n\n${lines}---\n`), {
      code: 'MUTANT_INVALID',
      message: /m\.patch/,
    })
    t.end()
  })
}

function killer(scenario: string, said: string): Killer {
  return { scenario, message: said, milliseconds: 1 }
}

void test('a claim is proven by its own scenario alone, and by its check alone', (t) => {
  const claims = [{ scenario: 'one', check: 'wanted 17' }]
  t.strictSame(unprovenClaims(claims, [killer('two', message), killer('one', message)]), [])
  t.strictSame(unprovenClaims(claims, [killer('two', message)]), ['one did not fail'])
  t.match(unprovenClaims(claims, [killer('one', 'the agent died')]), [/^one failed by another check.*the agent died$/])
  t.end()
})

// Proofs of claims: a scenario may name a bug if it kills a mutant with this bug.
import { test } from 'tap'
import { bugsWithoutMutant, isBugId, uncoveredBugs, type BugId } from '../../../../harness/catalogue/bugs.ts'
import { falseClaims, shownBy, type Proof } from '../../../../harness/suites/scenarios/proofs.ts'

const scenario = (name: string, ...bugs: BugId[]) => ({ name, bugs })
const proof = (mutant: string, bugs: readonly string[], ...scenarios: string[]): Proof => ({ mutant, bugs, scenarios })
/** Scenarios for the bugs that have a reason instead of a mutant. */
const excused = scenario('excused', ...Object.keys(bugsWithoutMutant).filter(isBugId))

const table: readonly (readonly [
  what: string,
  scenarios: readonly ReturnType<typeof scenario>[],
  proofs: readonly Proof[],
  faults: readonly RegExp[],
])[] = [
  ['a claim with a mutant', [scenario('a', 'B-1')], [proof('m', ['B-1'], 'a')], []],
  ['a claim without a mutant', [scenario('a', 'B-1')], [], [/scenario a claims to detect B-1/]],
  [
    'a mutant that another scenario kills',
    [scenario('a', 'B-1')],
    [proof('m', ['B-1'], 'b')],
    [/scenario a claims.*B-1/, /mutant m names the bug B-1, and no scenario that kills it claims/],
  ],
  [
    'a mutant with another bug',
    [scenario('a', 'B-1')],
    [proof('m', ['B-2'], 'a')],
    [/scenario a claims.*B-1/, /mutant m names the bug B-2/],
  ],
  [
    'a mutant that scenarios with and without the claim kill',
    [scenario('a', 'B-1')],
    [proof('m', ['B-1'], 'a', 'b')],
    [],
  ],
  ['a mutant with two bugs', [scenario('a', 'B-1', 'B-2')], [proof('m', ['B-1', 'B-2'], 'a')], []],
  [
    'two scenarios, of which one kills',
    [scenario('a', 'B-1'), scenario('b', 'B-1')],
    [proof('m', ['B-1'], 'a')],
    [/scenario b/],
  ],
  ['a mutant with an unknown bug', [], [proof('m', ['X-1'], 'a')], [/mutant m names the bug X-1/]],
  ['a mutant for a bug with a reason', [], [proof('m', ['A-15'], 'a')], [/A-15 has a reason.*and the mutant m/]],
]

for (const [what, scenarios, proofs, faults] of table) {
  void test(`${what}: ${faults.length === 0 ? 'accepted' : 'refused'}`, (t) => {
    const found = falseClaims([...scenarios, excused], proofs)
    t.equal(found.length, faults.length)
    t.match(found, faults)
    t.end()
  })
}

void test('a reason that no scenario needs is refused', (t) => {
  t.match(falseClaims([], []), [/^A-15 has a reason to have no mutant, and no scenario$/])
  t.end()
})

void test('a bug has a reason to be uncovered, or one to have no mutant', (t) => {
  t.strictSame(
    Object.keys(bugsWithoutMutant).filter((id) => Object.hasOwn(uncoveredBugs, id)),
    [],
  )
  t.end()
})

void test('the last column names the mutants, a reason, or that there is nothing', (t) => {
  const scenarios = [scenario('a', 'B-1', 'A-15'), scenario('b', 'B-1')]
  t.equal(shownBy('B-1', scenarios, [proof('m', ['B-1'], 'a', 'b'), proof('n', ['B-1'], 'b')]), '`m`, `n` (1 of 2)')
  t.equal(shownBy('B-1', scenarios, [{ ...proof('m', ['B-1'], 'a'), series: 's' }]), '`m` of s (1 of 2)')
  t.equal(shownBy('B-1', scenarios, [proof('m', ['B-1'], 'c')]), '**nothing**')
  t.match(shownBy('A-15', scenarios, []), /^no mutant: only a kernel/)
  t.equal(shownBy('B-2', scenarios, []), '', 'a bug without a scenario has no claim')
  t.end()
})

// Which scenarios share a boot, and which cannot have their pools on this computer.
import { test } from 'tap'
import { bytes } from '../../../harness/base/units.ts'
import { placesOf, planBoots, type BootPlan } from '../../../harness/run/boot-plan.ts'
import type { Test } from '../../../harness/run/test.ts'
import type { ScenarioDefinition } from '../../../harness/suites/scenarios/scenario.ts'
import { describeProfile, plainProfile } from '../../../harness/vm/profile.ts'
import { fine, named } from '../fixtures/run/run.ts'

const gibibyte = 2 ** 30
const plenty = bytes(1024 * gibibyte)

function wants(name: string, wanted: Pick<ScenarioDefinition, 'pools' | 'boot'> = {}): Test {
  return named(name, fine, [], wanted)
}

function shape(plan: BootPlan): (readonly [profile: string, names: string])[] {
  return plan.groups.map(({ profile, tests }) => [describeProfile(profile), tests.map(({ name }) => name).join(' ')])
}

void test('the plain boot comes first, and each way to boot is booted once', (t) => {
  const plan = planBoots(
    [
      wants('a', { boot: ['hvo'], pools: { '2M': 1 } }),
      wants('b'),
      wants('c', { pools: { '2M': 4 } }),
      wants('d', { boot: ['slab-nomerge', 'hvo', 'hvo'] }),
      wants('e', { pools: { '1G': 1, '2M': 2 } }),
      wants('f', { pools: { '2M': 0 } }),
      wants('g', { boot: ['hvo', 'slab-nomerge'] }),
      wants('h', { boot: ['hvo'] }),
    ],
    plenty,
  )
  t.strictSame(shape(plan), [
    ['plain', 'b f'],
    ['1 × 2M, hvo', 'a h'],
    ['1 × 1G, 4 × 2M', 'c e'],
    ['hvo, slab-nomerge', 'd g'],
  ])
  t.equal(plan.groups[0]?.profile, plainProfile, 'who boots it early knows it again')
  t.strictSame(plan.refused, [])
  t.end()
})

void test('nothing to run is nothing to boot', (t) => {
  t.strictSame(planBoots([], plenty), { groups: [], refused: [] })
  t.end()
})

void test('a group that is too large as a whole is divided', (t) => {
  const plan = planBoots(
    [wants('a', { pools: { '1G': 4 } }), wants('b', { pools: { '2M': 3000 } }), wants('c', { pools: { '1G': 1 } })],
    bytes(8 * gibibyte),
  )
  t.strictSame(shape(plan), [
    ['4 × 1G', 'a c'],
    ['3000 × 2M', 'b'],
  ])
  t.strictSame(plan.refused, [])
  t.end()
})

void test('a scenario that is too large alone is refused with its value and the limit, and no other one', (t) => {
  const plan = planBoots(
    [wants('a'), wants('b', { pools: { '1G': 100, '2M': 1 } }), wants('c', { pools: { '2M': 1 } })],
    bytes(4 * gibibyte),
  )
  t.strictSame(shape(plan), [
    ['plain', 'a'],
    ['1 × 2M', 'c'],
  ])
  t.match(plan.refused, [
    {
      test: { name: 'b' },
      error: {
        name: 'InfraError',
        code: 'POOLS_TOO_LARGE',
        message:
          /^b needs an instance with \d{6} MiB .* \(pools of huge pages: 100 × 1G and 1 × 2M\), and 4096 MiB are available/,
        hint: /free some memory/,
      },
    },
  ])
  t.equal(plan.refused.length, 1)
  t.end()
})

const placed = [
  named('a', fine, [], { pools: { '1G': 4 } }),
  named('b', fine, [], { pools: { '2M': 3000 } }),
  named('c', fine, [], { pools: { '1G': 1 } }),
  named('d', fine),
]

void test('the places of tests are in the order of the boots', (t) => {
  t.strictSame(placesOf(placed, ['c', 'd']), { tests: ['d', 'c'], places: [0, 3] })
  t.strictSame(placesOf(placed, []), { tests: [], places: [] })
  t.end()
})

void test('the memory of this computer does not move them', (t) => {
  const { groups } = planBoots(placed, bytes(8 * gibibyte))
  t.strictSame(
    groups.flatMap((group) => group.tests.map(({ name }) => name)),
    ['d', 'a', 'c', 'b'],
    'a computer with little memory has another order',
  )
  t.strictSame(placesOf(placed, ['a', 'b', 'c', 'd']), { tests: ['d', 'a', 'b', 'c'], places: [0, 1, 2, 3] })
  t.end()
})

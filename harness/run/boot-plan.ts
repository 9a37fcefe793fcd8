// Groups tests by boots: few boots serve all tests, and memory that this computer lacks shows before QEMU starts.
import { InfraError } from '../base/errors.ts'
import { bytes, type Bytes } from '../base/units.ts'
import { describePools, memoryOf, plainProfile, type BootProfile, type Pools } from '../vm/profile.ts'
import type { Test } from './test.ts'

/** Tests that run one after the other in instances of one profile. */
export interface BootGroup {
  readonly profile: BootProfile
  readonly tests: readonly Test[]
}

/** A test whose pools do not fit into the memory of this computer. */
interface Refusal {
  readonly test: Test
  readonly error: InfraError
}

/** The groups in their order; the plain group, which boots fastest, comes first. */
export interface BootPlan {
  readonly groups: readonly BootGroup[]
  readonly refused: readonly Refusal[]
}

/**
 * Groups tests by boot variants, in their order. A group has the largest pools that any of its tests wants. A group that
 * needs more memory than is `available` on this computer is divided.
 */
export function planBoots(tests: readonly Test[], available: Bytes): BootPlan {
  const kinds = Map.groupBy(tests, kindOf)
  const refused: Refusal[] = []
  const groups: BootGroup[] = []
  const plain = kinds.get(plainKind)
  if (plain !== undefined) groups.push({ profile: plainProfile, tests: plain })
  kinds.delete(plainKind)
  for (const members of kinds.values()) {
    const fitting = members.filter((test) => memoryOf(profileOf([test])) <= available)
    groups.push(...divided(fitting, available))
    for (const test of members) {
      if (!fitting.includes(test)) refused.push({ test, error: tooLarge(test, available) })
    }
  }
  return { groups, refused }
}

/** Returns the part of the plan that has the tests of the given names. */
export function onlyNamed({ groups, refused }: BootPlan, names: ReadonlySet<string>): BootPlan {
  return {
    groups: groupsWith(groups, ({ name }) => names.has(name)),
    refused: refused.filter(({ test }) => names.has(test.name)),
  }
}

/**
 * Returns the tests of these names, in the order of their results, with their places among all. The places are those on a
 * computer with enough memory for each boot, so that computers with unequal memory agree about them.
 */
export function placesOf(
  all: readonly Test[],
  names: readonly string[],
): { readonly tests: string[]; readonly places: number[] } {
  const { groups } = planBoots(all, bytes(Number.MAX_SAFE_INTEGER))
  const own = new Set(names)
  const placed = groups
    .flatMap(({ tests }) => tests)
    .map(({ name }, place) => ({ name, place }))
    .filter(({ name }) => own.has(name))
  return { tests: placed.map(({ name }) => name), places: placed.map(({ place }) => place) }
}

/** Returns the groups with the wanted tests alone, without empty ones. */
export function groupsWith(groups: readonly BootGroup[], isWanted: (test: Test) => boolean): BootGroup[] {
  return groups
    .map(({ profile, tests }) => ({ profile, tests: tests.filter(isWanted) }))
    .filter(({ tests }) => tests.length > 0)
}

const plainKind = 'plain'

function kindOf({ wants }: Test): string {
  const variants = variantsOf(wants.boot)
  return describePools(wants.pools).length === 0 && variants.length === 0 && wants.memory === undefined
    ? plainKind
    : `variants ${variants.join(' ')}`
}

function variantsOf(boot: Test['wants']['boot']): Test['wants']['boot'] {
  return [...new Set(boot)].toSorted()
}

/** Returns the profile that serves all of these tests of one kind. */
function profileOf(members: readonly Test[]): BootProfile {
  const largest = (size: keyof Pools): number => Math.max(0, ...members.map(({ wants }) => wants.pools[size]))
  const memory = Math.max(0, ...members.map(({ wants }) => wants.memory ?? 0))
  return {
    pools: { '1G': largest('1G'), '2M': largest('2M') },
    variants: variantsOf(members[0]?.wants.boot ?? []),
    ...(memory === 0 ? {} : { memory: bytes(memory) }),
  }
}

/** Puts each test into the first group with enough memory left. */
function divided(members: readonly Test[], available: Bytes): BootGroup[] {
  const groups: Test[][] = []
  for (const test of members) {
    const room = groups.find((group) => memoryOf(profileOf([...group, test])) <= available)
    if (room === undefined) groups.push([test])
    else room.push(test)
  }
  return groups.map((group) => ({ profile: profileOf(group), tests: group }))
}

const mebibyte = 2 ** 20

function tooLarge(test: Test, available: Bytes): InfraError {
  const profile = profileOf([test])
  const pools = describePools(profile.pools).join(' and ') || 'none'
  const wanted = Math.ceil(memoryOf(profile) / mebibyte)
  const limit = Math.floor(available / mebibyte)
  return new InfraError(
    'POOLS_TOO_LARGE',
    `${test.name} needs an instance with ${wanted} MiB of memory (pools of huge pages: ${pools}), and ${limit} MiB are available on this computer`,
    { hint: 'free some memory, or run it on a computer with more memory' },
  )
}

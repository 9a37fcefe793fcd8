// Which scenarios share a boot: few boots serve all of them, and what this machine cannot give is known before QEMU starts.
import { InfraError } from '../base/errors.ts'
import type { Bytes } from '../base/units.ts'
import { describePools, memoryOf, plainProfile } from '../vm/profile.ts'
import type { BootProfile, Pools } from '../vm/profile.ts'
import type { NamedScenario } from '../suites/scenarios/load-scenarios.ts'

/** Scenarios that run one after the other in machines of one profile. */
export interface BootGroup {
  readonly profile: BootProfile
  readonly scenarios: readonly NamedScenario[]
}

/** A scenario that cannot be given its pools on this machine. */
export interface Refusal {
  readonly scenario: NamedScenario
  readonly error: InfraError
}

/** Groups in the order in which they run; the plain one, which boots fastest, is the first. */
export interface BootPlan {
  readonly groups: readonly BootGroup[]
  readonly refused: readonly Refusal[]
}

/**
 * Groups scenarios by the way they want to be booted, in their order. A group has the largest pools that any of its
 * scenarios wants; it is divided if that is more memory than is `available` on this machine.
 */
export function planBoots(scenarios: readonly NamedScenario[], available: Bytes): BootPlan {
  const kinds = Map.groupBy(scenarios, kindOf)
  const refused: Refusal[] = []
  const groups: BootGroup[] = []
  const plain = kinds.get(plainKind)
  if (plain !== undefined) groups.push({ profile: plainProfile, scenarios: plain })
  kinds.delete(plainKind)
  for (const members of kinds.values()) {
    const fitting = members.filter((scenario) => memoryOf(profileOf([scenario])) <= available)
    groups.push(...divided(fitting, available))
    for (const scenario of members) {
      if (!fitting.includes(scenario)) refused.push({ scenario, error: tooLarge(scenario, available) })
    }
  }
  return { groups, refused }
}

const plainKind = 'plain'

function kindOf({ pools, boot }: NamedScenario): string {
  const variants = variantsOf(boot)
  return isEmpty(pools) && variants.length === 0 ? plainKind : `variants ${variants.join(' ')}`
}

function isEmpty(pools: Pools): boolean {
  return describePools(pools).length === 0
}

function variantsOf(boot: NamedScenario['boot']): NamedScenario['boot'] {
  return [...new Set(boot)].toSorted()
}

/** The profile that serves all of these, which are of one kind. */
function profileOf(members: readonly NamedScenario[]): BootProfile {
  const largest = (size: keyof Pools): number => Math.max(0, ...members.map(({ pools }) => pools[size]))
  return {
    pools: { '1G': largest('1G'), '2M': largest('2M') },
    variants: variantsOf(members[0]?.boot ?? []),
  }
}

/** Each scenario goes to the first group that it fits into; each fits into one of its own. */
function divided(members: readonly NamedScenario[], available: Bytes): BootGroup[] {
  const groups: NamedScenario[][] = []
  for (const scenario of members) {
    const room = groups.find((group) => memoryOf(profileOf([...group, scenario])) <= available)
    if (room === undefined) groups.push([scenario])
    else room.push(scenario)
  }
  return groups.map((group) => ({ profile: profileOf(group), scenarios: group }))
}

const mebibyte = 2 ** 20

function tooLarge(scenario: NamedScenario, available: Bytes): InfraError {
  const profile = profileOf([scenario])
  const pools = describePools(profile.pools).join(' and ') || 'none'
  const wanted = Math.ceil(memoryOf(profile) / mebibyte)
  const limit = Math.floor(available / mebibyte)
  return new InfraError(
    'POOLS_TOO_LARGE',
    `${scenario.name} needs a guest with ${wanted} MiB of memory for its pools of huge pages (${pools}), and ${limit} MiB are available on this machine`,
    { hint: 'free memory, or run it on a machine that has more' },
  )
}

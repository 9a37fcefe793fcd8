// Whether a booted machine has what its profile asked for: a pool that is too small must never look like a kernel's failure.
import type { Agent } from '../agent/client.ts'
import { bootVariants, describePools, hugePageBytes, hugePageSizes } from '../vm/profile.ts'
import type { BootProfile, BootVariant, HugePageSize, Pools } from '../vm/profile.ts'
import type { NamedScenario } from './load.ts'

/** What was really found in the guest. */
export interface BootFacts {
  readonly asked: BootProfile
  readonly pools: Pools
  /** What the CPU calls its ability to map 1G pages. */
  readonly mapsGigantic: boolean
  /** The variants that the kernel did not take, with the reason. */
  readonly refused: ReadonlyMap<BootVariant, string>
}

/** Looks into the guest; a plain profile asked for nothing, so there is nothing to look for. */
export async function inspectBoot(agent: Agent, asked: BootProfile): Promise<BootFacts> {
  const found: Record<HugePageSize, number> = { '1G': 0, '2M': 0 }
  for (const size of hugePageSizes) {
    if (asked.pools[size] > 0) found[size] = (await numberIn(agent, poolFile(size))) ?? 0
  }
  const refused = new Map<BootVariant, string>()
  for (const variant of asked.variants) {
    const reason = (await wordMissing(agent, variant)) ?? (await variantChecks[variant](agent))
    if (reason !== undefined) refused.set(variant, reason)
  }
  const mapsGigantic =
    asked.pools['1G'] === 0 || /\bpdpe1gb\b/.test((await textOf(agent, '/proc/cpuinfo')) ?? '')
  return { asked, pools: found, mapsGigantic, refused }
}

/** Why a scenario cannot run in that machine, in one line with the next step; nothing if it can. */
export function lackOf(scenario: NamedScenario, facts: BootFacts): string | undefined {
  for (const variant of scenario.boot) {
    const reason = facts.refused.get(variant)
    if (reason !== undefined) return `it wants the boot variant ${variant}, but ${reason}`
  }
  for (const size of hugePageSizes) {
    const wanted = scenario.pools[size]
    if (wanted === 0) continue
    if (size === '1G' && !facts.mapsGigantic) {
      return `it wants ${wanted} × 1G, but the CPU of the guest has no 1G pages (no pdpe1gb in /proc/cpuinfo): --accel tcg gives it one that has`
    }
    if (facts.pools[size] < wanted) {
      const asked = describePools(facts.asked.pools).join(', ')
      return `it wants ${wanted} × ${size}, but the guest has ${facts.pools[size]} (${asked} were asked for): the lines with HugeTLB in the console log say why`
    }
  }
  return undefined
}

/** Each says why the kernel did not take the variant; nothing if it did. */
const variantChecks: Readonly<Record<BootVariant, (agent: Agent) => Promise<string | undefined>>> = {
  hvo: async (agent) => {
    const file = '/proc/sys/vm/hugetlb_optimize_vmemmap'
    const value = await numberIn(agent, file)
    if (value === 1) return undefined
    const said = value === undefined ? 'cannot be read' : `is ${value}, not 1`
    return `${file} ${said}: the kernel needs CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP`
  },
  'slab-nomerge': async (agent) => {
    const file = '/sys/kernel/slab/maple_node/aliases'
    const value = await numberIn(agent, file)
    if (value === 0) return undefined
    const said = value === undefined ? 'cannot be read' : `is ${value}, not 0`
    return `${file} ${said}: the kernel needs CONFIG_SLUB_DEBUG, and caches that are not merged`
  },
}

async function wordMissing(agent: Agent, variant: BootVariant): Promise<string | undefined> {
  const words = (await textOf(agent, '/proc/cmdline'))?.trim().split(/\s+/) ?? []
  const word = bootVariants[variant]
  return words.includes(word) ? undefined : `/proc/cmdline lacks ${word}: is the command line too long?`
}

function poolFile(size: HugePageSize): string {
  return `/sys/kernel/mm/hugepages/hugepages-${hugePageBytes[size] / 1024}kB/nr_hugepages`
}

async function textOf(agent: Agent, path: string): Promise<string | undefined> {
  const { errno, data } = await agent.files.readFile(path)
  return errno === 'OK' ? data.toString('latin1') : undefined
}

async function numberIn(agent: Agent, path: string): Promise<number | undefined> {
  const digits = /^\d+/.exec((await textOf(agent, path)) ?? '')?.[0]
  return digits === undefined ? undefined : Number(digits)
}

// Checks that an instance has the pools and variants of its profile: a small pool must not look like a fault of the kernel.
import { hugePageSizes, poolDirectory, type HugePageSize } from '../base/huge-page-sizes.ts'
import type { Bytes } from '../base/units.ts'
import { bootVariants, describePools, type BootProfile, type BootVariant, type Pools } from '../vm/profile.ts'

/** The texts of the readable files of an instance, by path. */
export type BootTexts = Readonly<Record<string, string>>

/** The pools and variants that a test needs. */
export interface Wanted {
  readonly pools: Pools
  readonly boot: readonly BootVariant[]
  /** The memory that the test fills, if that is more than scenarios need. */
  readonly memory?: Bytes
}

/** The pools and variants that an instance has. */
export interface BootFacts {
  /** The profile that the instance was booted with. */
  readonly asked: BootProfile
  readonly pools: Pools
  /** Whether the CPU can map 1G pages. */
  readonly mapsGigantic: boolean
  /** The variants that the kernel did not apply, with the reason. */
  readonly refused: ReadonlyMap<BootVariant, string>
}

/** Derives the facts of an instance of this profile from the texts of `bootFiles`. */
export function judgeBoot(texts: BootTexts, asked: BootProfile): BootFacts {
  const refused = new Map<BootVariant, string>()
  for (const variant of asked.variants) {
    const reason = refusalOf(variant, texts)
    if (reason !== undefined) refused.set(variant, reason)
  }
  return {
    asked,
    pools: { '1G': numberIn(texts, poolFile('1G')) ?? 0, '2M': numberIn(texts, poolFile('2M')) ?? 0 },
    mapsGigantic: /\bpdpe1gb\b/.test(texts[cpuFile] ?? ''),
    refused,
  }
}

/** Returns why a test cannot run in that instance, in one line with the next step; undefined if it can. */
export function lackOf(wanted: Wanted, facts: BootFacts): string | undefined {
  for (const variant of wanted.boot) {
    const reason = facts.refused.get(variant)
    if (reason !== undefined) return `it needs the boot variant ${variant}, but ${reason}`
  }
  for (const size of hugePageSizes) {
    const count = wanted.pools[size]
    if (count === 0) continue
    if (size === '1G' && !facts.mapsGigantic) {
      return `it needs ${count} × 1G, but the CPU of the instance has no 1G pages (no pdpe1gb in /proc/cpuinfo): use --accel tcg`
    }
    if (facts.pools[size] < count) {
      const asked = describePools(facts.asked.pools).join(', ')
      return `it needs ${count} × ${size}, but the instance has ${facts.pools[size]} (profile: ${asked}): see the lines with HugeTLB in the console log`
    }
  }
  return undefined
}

const cpuFile = '/proc/cpuinfo'
const commandLineFile = '/proc/cmdline'

/** The files that tell whether the kernel applied a variant. */
const signs: Readonly<Record<BootVariant, { file: string; value: number; needs: string }>> = {
  hvo: {
    file: '/proc/sys/vm/hugetlb_optimize_vmemmap',
    value: 1,
    needs: 'CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP',
  },
  'slab-nomerge': {
    file: '/sys/kernel/slab/maple_node/aliases',
    value: 0,
    needs: 'CONFIG_SLUB_DEBUG, and unmerged slab caches',
  },
}

/** The files of an instance that show its pools and variants. */
export const bootFiles: readonly string[] = [
  ...hugePageSizes.map(poolFile),
  cpuFile,
  commandLineFile,
  ...Object.values(signs).map(({ file }) => file),
]

/** Gives the reason why the kernel did not apply the variant; nothing if it did. */
function refusalOf(variant: BootVariant, texts: BootTexts): string | undefined {
  const word = bootVariants[variant]
  if (!(texts[commandLineFile] ?? '').trim().split(/\s+/).includes(word)) {
    return `${commandLineFile} lacks ${word}: shorten the command line of the kernel`
  }
  const { file, value, needs } = signs[variant]
  const found = numberIn(texts, file)
  if (found === value) return undefined
  const said = found === undefined ? 'cannot be read' : `is ${found}, not ${value}`
  return `${file} ${said}: the kernel needs ${needs}`
}

function poolFile(size: HugePageSize): string {
  return `${poolDirectory(size)}/nr_hugepages`
}

function numberIn(texts: BootTexts, path: string): number | undefined {
  const digits = /^\d+/.exec(texts[path] ?? '')?.[0]
  return digits === undefined ? undefined : Number(digits)
}

// The dialect of a booted kernel: the one that its definition names, which it must speak, or the only one that it speaks.
import { UsageError } from '../base/errors.ts'
import { dialects, dialectSpecs, type Dialect, type DialectChoice } from '../uapi/dialect.ts'
import type { Lack, Probe } from './probe.ts'

/** Stands for the dialect in runs of tests that depend on none: the record that expects least of a kernel. */
export const anyDialect: Dialect = 'vm-attributes'

/** Returns the dialect to plan a run with before the kernel boots; for `auto`, one with files of huge pages: they need most. */
export function plannedDialect(choice: DialectChoice): Dialect {
  if (choice !== 'auto') return choice
  return dialects.find((name) => dialectSpecs[name].hugePagesExtension !== undefined) ?? anyDialect
}

/** The message about a kernel on which no dialect can be tried, and the next step. */
const lackOf = {
  KVM: {
    message: 'the kernel has no /dev/kvm',
    hint: 'build it with CONFIG_KVM, CONFIG_KVM_INTEL and CONFIG_KVM_AMD; if it has them, look for the reason of KVM on its console',
  },
  'private memory': {
    message: 'the kernel has no guest_memfd, or no software-protected VM type',
    hint: 'build it with CONFIG_KVM_SW_PROTECTED_VM, which mainline shows only with CONFIG_EXPERT',
  },
} as const satisfies Record<Lack, { readonly message: string; readonly hint: string }>

/** @throws {UsageError} KVM_LACKING when no dialect could be tried */
function requirePrivateMemory({ lacks: [lack] }: Probe): void {
  if (lack !== undefined) throw new UsageError('KVM_LACKING', lackOf[lack].message, { hint: lackOf[lack].hint })
}

function triedFor(names: readonly Dialect[], { tried }: Probe): string {
  return names.map((name) => `${name}: ${tried[name] ?? 'not tried'}`).join('; ')
}

function linesFor(names: readonly Dialect[]): string {
  return names.map((name) => `'dialect: ${name}'`).join(' or ')
}

/** Returns the next step for a kernel that speaks none of these dialects: a switch of the kernel may be off. */
function hintFor(names: readonly Dialect[], { dialects: spoken }: Probe): string {
  const words = new Set(names.flatMap((name) => dialectSpecs[name].parameters))
  const others = spoken.length === 0 ? '' : `; the kernel speaks ${spoken.join(', ')}: write ${linesFor(spoken)}`
  const look = 'look at the series and the options of the kernel'
  const next =
    words.size === 0
      ? look
      : `gmemtest boots it with ${[...words].join(' and ')}: look for words in 'parameters' or --append that undo that, then ${look}`
  return `${next}${others}`
}

/**
 * Finds the dialect of a kernel whose definition leaves it open.
 * @throws {UsageError} DIALECT_NONE with all that was tried, DIALECT_AMBIGUOUS when the kernel speaks several, or KVM_LACKING
 */
export function onlyDialect(probe: Probe): Dialect {
  requirePrivateMemory(probe)
  const [dialect, ...others] = probe.dialects
  if (dialect === undefined) {
    const message = `the kernel speaks no dialect of gmemtest: ${triedFor(dialects, probe)}`
    throw new UsageError('DIALECT_NONE', message, { hint: hintFor(dialects, probe) })
  }
  if (others.length === 0) return dialect
  const names = [dialect, ...others].join(' and ')
  throw new UsageError('DIALECT_AMBIGUOUS', `the kernel speaks ${names}, and its definition names none of them`, {
    hint: `write ${linesFor(probe.dialects)} into the definition`,
  })
}

/**
 * Requires that a kernel speaks a dialect, and that it makes files of huge pages where the dialect has them.
 * @param expectSkips the capabilities that the definition of the kernel lists as missing
 * @throws {UsageError} DIALECT_UNSPOKEN or HUGE_PAGES_LACKING with the calls that were tried, or KVM_LACKING
 */
export function requireSpoken(dialect: Dialect, probe: Probe, expectSkips: readonly string[]): void {
  requirePrivateMemory(probe)
  if (!probe.dialects.includes(dialect)) {
    const message = `the kernel does not speak the dialect of its definition, ${triedFor([dialect], probe)}`
    throw new UsageError('DIALECT_UNSPOKEN', message, { hint: hintFor([dialect], probe) })
  }
  const tried = probe.triedHugePages[dialect]
  if (tried === undefined || probe.hugePages.includes(dialect) || expectSkips.includes('hugetlb')) return
  throw new UsageError('HUGE_PAGES_LACKING', `the kernel makes no files of huge pages, ${dialect}: ${tried}`, {
    hint: "look at the options of the kernel and the flags of its series; if it shall have none, add 'hugetlb' to expectSkips in the definition",
  })
}

// The dialect of a booted kernel: the one that its definition names, which it must speak, or the only one that it speaks.
import { UsageError } from '../base/errors.ts'
import { dialects, dialectSpecs, type Dialect } from '../uapi/dialect.ts'
import type { Probe } from './probe.ts'

/** Stands for the dialect in runs of tests that depend on none: the record that expects least of a kernel. */
export const anyDialect: Dialect = 'vm-attributes'

function triedFor(names: readonly Dialect[], { tried }: Probe): string {
  return names.map((name) => `${name}: ${tried[name] ?? 'not tried'}`).join('; ')
}

/** Returns the next step for a kernel that speaks none of these dialects: a switch of the kernel may be off. */
function hintFor(names: readonly Dialect[], { dialects: spoken }: Probe): string {
  const words = new Set(names.flatMap((name) => dialectSpecs[name].parameters))
  const others = spoken.length === 0 ? '' : `; the kernel speaks ${spoken.join(', ')}: write 'dialect: ${spoken[0]}'`
  const look = 'look at the series and the options of the kernel'
  const next =
    words.size === 0
      ? look
      : `gmemtest boots it with ${[...words].join(' and ')}: look for words in 'parameters' or --append that undo that, then ${look}`
  return `${next}${others}`
}

/**
 * Finds the dialect of a kernel whose definition leaves it open.
 * @throws {UsageError} DIALECT_NONE with all that was tried, or DIALECT_AMBIGUOUS when the kernel speaks several
 */
export function onlyDialect(probe: Probe): Dialect {
  const [dialect, ...others] = probe.dialects
  if (dialect === undefined) {
    const message = `the kernel speaks no dialect of gmemtest: ${triedFor(dialects, probe)}`
    throw new UsageError('DIALECT_NONE', message, { hint: hintFor(dialects, probe) })
  }
  if (others.length === 0) return dialect
  const names = [dialect, ...others].join(' and ')
  throw new UsageError('DIALECT_AMBIGUOUS', `the kernel speaks ${names}, and its definition names none of them`, {
    hint: `write 'dialect: ${dialect}' or 'dialect: ${others[0]}' into the definition`,
  })
}

/**
 * Requires that a kernel speaks a dialect.
 * @throws {UsageError} DIALECT_UNSPOKEN with the calls that were tried
 */
export function requireSpoken(dialect: Dialect, probe: Probe): void {
  if (probe.dialects.includes(dialect)) return
  const message = `the kernel does not speak the dialect of its definition, ${triedFor([dialect], probe)}`
  throw new UsageError('DIALECT_UNSPOKEN', message, { hint: hintFor([dialect], probe) })
}

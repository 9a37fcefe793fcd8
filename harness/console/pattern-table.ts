// The splat table. The first match wins: the specific rows come before the general ones.
import { faults } from './patterns/faults.ts'
import { general } from './patterns/general.ts'
import { locking } from './patterns/locking.ts'
import { memory } from './patterns/memory-faults.ts'
import type { Pattern as Row } from './patterns/pattern.ts'
import { stalls } from './patterns/stalls.ts'

const table = [...faults, ...memory, ...locking, ...stalls, ...general]

type RowKind = (typeof table)[number]['kind']
/** The classes of faults: those of the rows, and more splats than are read. */
export type SplatKind = RowKind | 'flood'
export type Pattern = Row<RowKind>

export const patterns: readonly Pattern[] = table

/** Lines that are no splats although a general row matches them, each with the reason. */
export const harmless: readonly (readonly [expression: RegExp, reason: string])[] = [
  // Another line often tears these.
  [/^INFO: NMI handler|\bperf: interrupt took too long/, 'this computer is slow'],
  [/^INFO: Stall ended before state dump start/, 'the stall itself is a splat already'],
  [/^INFO: lockdep is turned off/, 'a part of other reports; the reason why it was turned off is a splat already'],
  [/^WARNING: MP table in the EBDA|^WARNING: x\d-x\d nonzero in violation of boot protocol/, 'the firmware'],
  [/^WARNING: BIOS bug|^WARNING: This combination of|^WARNING: bogus zero IO-APIC/, 'the firmware'],
  [/^WARNING: .*(?:[sS]pectre|[rR]etbleed|RETBleed|mitigation|\b(?:BTB|ITS|LFENCE|IBPB|MDS|TAA)\b)/, 'the processor'],
  [/^WARNING: Flushing system-wide workqueues/, 'advice for the authors of drivers'],
  [/^WARNING: the mand mount option|^WARNING: .*\buses wireless extensions\b/i, 'advice for users'],
  [/^WARNING: .*\b(?:is|are|being|was) deprecated\b/i, 'advice for users'],
  [/^WARNING: workqueue cpumask: |^WARNING: fbcon: /, 'advice for users'],
  [/^(?:WARNING|INFO): \/(?:etc|usr|var|home|root|tmp|run)\//, 'a program'],
  [/^WARNING: (?:stack recursion|can't|Corrupt \.orc|Bad or missing \.orc)/, 'the unwinder'],
]

/** The line after which the next call trace belongs to an injected fault. */
export const injected = /^FAULT_INJECTION: forcing a failure/

/** Lines after which a call trace was requested and is no splat. */
export const askedFor: readonly RegExp[] = [
  /^sysrq: /,
  /^Sending NMI from CPU/,
  /^NMI backtrace for cpu/,
  /^task:.{1,16} *state:/,
]

// The table of kernel complaints. First match wins: the specific rows come before the general ones.
import { faults } from './patterns/faults.ts'
import { general } from './patterns/general.ts'
import { locking } from './patterns/locking.ts'
import { memory } from './patterns/memory-faults.ts'
import type { Pattern } from './patterns/pattern.ts'
import { stalls } from './patterns/stalls.ts'

export type { SplatKind, Pattern } from './patterns/pattern.ts'

export const patterns: readonly Pattern[] = [...faults, ...memory, ...locking, ...stalls, ...general]

/**
 * Lines that look like a complaint and are none, each with the reason. Only the general rows are asked: what a specific
 * row names is always a complaint.
 */
export const harmless: readonly (readonly [expression: RegExp, reason: string])[] = [
  [/^INFO: NMI handler .* took too long to run/, 'the machine below is slow'],
  [/^INFO: Stall ended before state dump start/, 'the stall itself was reported before'],
  [/^WARNING: BIOS bug|^WARNING: This combination of|^WARNING: bogus zero IO-APIC/, 'the firmware'],
  [
    /^WARNING: .*(?:[sS]pectre|[rR]etbleed|RETBleed|mitigation|\b(?:BTB|ITS|LFENCE|IBPB|MDS|TAA)\b)/,
    'the processor',
  ],
  [/^WARNING: Flushing system-wide workqueues/, 'advice for the authors of drivers'],
  [/^WARNING: The mand mount option/, 'advice for users'],
  [/^WARNING: workqueue cpumask: |^WARNING: fbcon: /, 'advice for users'],
  [
    /^WARNING: (?:kernel stack (?:regs|frame pointer)|stack recursion|can't|Corrupt \.orc|Bad or missing \.orc)/,
    'the unwinder',
  ],
]

/** The line after which one call trace, the next one, is of a fault that somebody has injected. */
export const injected = /^FAULT_INJECTION: forcing a failure/

/** Lines after which a call trace is what somebody asked for, and not a complaint. */
export const askedFor: readonly RegExp[] = [
  /^sysrq: /,
  /^Sending NMI from CPU/,
  /^NMI backtrace for cpu/,
  /^task:.{1,16} *state:/,
]

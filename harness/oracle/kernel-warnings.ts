// Separates warnings about the kernel from those that only tell that this computer is slow.
import type { LogRecord } from '../agent/kernel-log.ts'

/** The least urgent level that counts. */
export const warningLevel = 4

/**
 * Warnings about lost time: emulation or a busy computer takes it from the kernel. They are extended regular expressions of
 * POSIX as well as patterns of this language, since exported C programs have them, too.
 */
export const slowInstance: readonly string[] = [
  '^hrtimer: interrupt took [0-9]+ ns$',
  '^perf: interrupt took too long ',
  '^sched: (DL replenish lagged too much|RT throttling activated)$',
  '^workqueue: .* hogged CPU for >[0-9]+us ',
  '^(clocksource: |tsc: |TSC |Marking clocksource|sched_clock: Marking unstable)',
  '^kvm: SMP vm created on host with unstable TSC;',
  // The clock was measured again between the creation of a nested VM and of its vCPU.
  '^kvm: user requested TSC rate below hardware speed$',
]

/** The pattern of the kernel's messages about memory that fails. */
export const memoryFailure = '^(Memory failure|mce|MCE): '

const slow = slowInstance.map((pattern) => new RegExp(pattern))

/** Gives the texts of the warnings about the kernel. */
export function warningsIn(records: readonly LogRecord[]): string[] {
  return records
    .filter(({ level, text }) => level <= warningLevel && !slow.some((pattern) => pattern.test(text)))
    .map(({ text }) => text)
}

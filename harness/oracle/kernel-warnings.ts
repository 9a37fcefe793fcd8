// Separates warnings about the kernel from those that only tell that this computer is slow.
import type { LogRecord } from '../agent/kernel-log.ts'

/** The least urgent level that counts. */
export const warningLevel = 4

/** Warnings about lost time: emulation or a busy computer takes it from the kernel. */
const slowInstance: readonly RegExp[] = [
  /^hrtimer: interrupt took \d+ ns$/,
  /^perf: interrupt took too long /,
  /^sched: (?:DL replenish lagged too much|RT throttling activated)$/,
  /^workqueue: .* hogged CPU for >\d+us /,
  /^(?:clocksource: |tsc: |TSC |Marking clocksource|sched_clock: Marking unstable)/,
  /^kvm: SMP vm created on host with unstable TSC;/,
  // The clock was measured again between the creation of a nested VM and of its vCPU.
  /^kvm: user requested TSC rate below hardware speed$/,
]

/** Gives the texts of the warnings about the kernel. */
export function warningsIn(records: readonly LogRecord[]): string[] {
  return records
    .filter(({ level, text }) => level <= warningLevel && !slowInstance.some((pattern) => pattern.test(text)))
    .map(({ text }) => text)
}

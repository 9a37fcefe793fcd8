// Which records of the kernel's log are warnings about the kernel, and which only say that the machine below it is slow.

/** A record with its level: 0 is an emergency, 4 a warning. */
export interface LogRecord {
  readonly level: number
  readonly text: string
}

/** The least urgent level that is looked at. */
export const warningLevel = 4

/** The kernel measures time, and an emulated or busy machine takes some of it away: none of these is the kernel's fault. */
const slowInstance: readonly RegExp[] = [
  /^hrtimer: interrupt took \d+ ns$/,
  /^perf: interrupt took too long /,
  /^sched: (?:DL replenish lagged too much|RT throttling activated)$/,
  /^workqueue: .* hogged CPU for >\d+us /,
  /^(?:clocksource: |tsc: |TSC |Marking clocksource|sched_clock: Marking unstable)/,
  /^kvm: SMP vm created on host with unstable TSC;/,
  // The clock was measured again between the creation of a VM and that of its vCPU.
  /^kvm: user requested TSC rate below hardware speed$/,
]

/** The texts of the warnings among these records. */
export function warningsIn(records: readonly LogRecord[]): string[] {
  return records
    .filter(({ level, text }) => level <= warningLevel && !slowInstance.some((pattern) => pattern.test(text)))
    .map(({ text }) => text)
}

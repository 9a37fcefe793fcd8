// The accelerator of a run: durations are compared with those of runs that had the same one.
import type { ReportEvent } from '../events.ts'

/** Returns the accelerator of all instances; undefined without an instance, and when the shards of a run had different ones. */
export function acceleratorOf(events: readonly ReportEvent[]): string | undefined {
  const all = new Set(events.filter((event) => event.type === 'vm-ready').map(({ accelerator }) => accelerator))
  return all.size === 1 ? [...all][0] : undefined
}

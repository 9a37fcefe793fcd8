// The number of instances at once when the user gives none.
import { availableParallelism } from 'node:os'
import type { Bytes } from '../../base/units.ts'
import type { BootPlan } from '../../run/boot-plan.ts'
import { memoryOf, plainProfile } from '../../vm/profile.ts'

// The first CPU of an instance is almost idle.
const busyCpus = 2

/** Returns the number of instances at once: each has its own CPUs, so that its threads really race, and its own memory. */
export function jobsFor({ groups }: BootPlan, available: Bytes, processors: number = availableParallelism()): number {
  const largest = Math.max(...groups.map(({ profile }) => memoryOf(profile)), memoryOf(plainProfile))
  const byCores = Math.floor(processors / busyCpus)
  const tests = groups.flatMap((group) => group.tests)
  return Math.max(1, Math.min(byCores, Math.floor(available / largest), tests.length))
}

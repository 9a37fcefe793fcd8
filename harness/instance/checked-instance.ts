// An instance that tests may run in: its capabilities are known, and its counters were read.
import type { ReadSplats, SplatReading } from '../console/read-splats.ts'
import type { BootProfile } from '../vm/profile.ts'
import { firstLook } from './last-words.ts'
import { judgeBoot, type BootFacts } from './boot-check.ts'
import { gatherFacts, type InstanceFacts } from './instance-facts.ts'
import { LeakWatch } from '../oracle/leaks.ts'
import type { Instance } from './instance.ts'
import type { Capability } from '../catalogue/capabilities.ts'
import { requireSpoken } from './kernel-dialect.ts'
import { capabilitiesOf } from './probe.ts'
import { dialectSpecs, type Dialect } from '../uapi/dialect.ts'

export interface CheckedInstance {
  readonly instance: Instance
  /** The capabilities of the kernel. */
  readonly available: ReadonlySet<Capability>
  /** The pools, boot variants and CPU features of the instance. */
  readonly facts: BootFacts
  readonly profile: BootProfile
  /** The counters before the first test; undefined when no test of the instance is watched. */
  readonly watch: LeakWatch | undefined
  /** The splats of the boot and of these checks. */
  readonly boot: SplatReading
  /** The position on the console where the window of the next test begins. */
  window: number
  /** A test has run in the instance. */
  isUsed: boolean
}

interface Settings {
  readonly dialect: Dialect
  /** A kernel that does not speak the dialect is refused, unless its definition lists conversion in place as missing. */
  readonly needsDialect: boolean
  /** The capabilities that the kernel definition lists as missing. */
  readonly expectSkips: readonly string[]
  readonly signal: AbortSignal
  readonly read: ReadSplats
  /** Tests of this instance must leave the counters of the kernel as they were. */
  readonly isWatched: boolean
}

/**
 * Checks an instance that has just come up; a restored one has the facts of the saved one. Closes the instance when a check
 * fails.
 * @throws the errors of `requireSpoken`
 * @throws {BootError | InfraError} when the instance died meanwhile, {ProtocolError} when a check got no answer
 */
export async function checkInstance(
  instance: Instance,
  profile: BootProfile,
  { dialect, needsDialect, expectSkips, signal, read, isWatched }: Settings,
): Promise<CheckedInstance> {
  return await firstLook(instance, signal, async () => {
    const { probe, files, bootLines, window } = await look(instance)
    if (needsDialect && !isExcused(dialect, expectSkips)) requireSpoken(dialect, probe, expectSkips)
    const available = capabilitiesOf(probe, dialect)
    const facts = judgeBoot(files, profile)
    const without = new Set([...expectSkips, ...dialectSpecs[dialect].mayLack])
    const { patience } = instance.accelerator
    const watch = isWatched ? await LeakWatch.begin(instance.agent, { without, signal, patience }) : undefined
    // The first banner of the kernel is no splat: a second one is a reboot.
    const boot = read(bootLines, { isRunning: false })
    return { instance, profile, available, facts, watch, boot, window, isUsed: false }
  })
}

/** Whether the definition of the kernel itself says that the kernel does not convert as its dialect does. */
function isExcused(dialect: Dialect, expectSkips: readonly string[]): boolean {
  return dialectSpecs[dialect].inPlace && expectSkips.includes('in-place-conversion')
}

/** Returns the facts, and the lines of the boot up to the end of the checks, as in a saved instance. */
async function look(
  instance: Instance,
): Promise<InstanceFacts & Pick<Instance, 'bootLines'> & Pick<CheckedInstance, 'window'>> {
  const { console, bootLines, windowStart } = instance
  if (instance.facts !== undefined) return { ...instance.facts, bootLines, window: windowStart }
  const facts = await gatherFacts(instance.agent)
  await instance.catchUp()
  return { ...facts, bootLines: console.lines(), window: console.mark() }
}

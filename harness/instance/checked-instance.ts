// A machine that scenarios may run in: what it has was found out, and its counters were read.
import { findSplats } from '../console/find-splats.ts'
import type { Splat } from '../console/find-splats.ts'
import { deathError } from '../vm/wait-for-guest.ts'
import type { BootProfile } from '../vm/profile.ts'
import { lastWords } from './last-words.ts'
import { judgeBoot } from './boot-check.ts'
import type { BootFacts } from './boot-check.ts'
import { gatherFacts } from './guest-facts.ts'
import type { GuestFacts } from './guest-facts.ts'
import { LeakWatch } from '../oracle/leaks.ts'
import type { Instance } from './instance.ts'
import type { Capability } from '../catalogue/capabilities.ts'
import { metCapabilities } from './met-capabilities.ts'
import type { Dialect } from '../uapi/dialect.ts'

export interface CheckedInstance {
  readonly instance: Instance
  /** What the kernel has, and what the machine got. */
  readonly available: ReadonlySet<Capability>
  readonly facts: BootFacts
  readonly profile: BootProfile
  readonly watch: LeakWatch
  /** What the kernel complained about while it booted, and was looked at. */
  readonly bootSplats: readonly Splat[]
  /** Where on the console the window of the next scenario begins. */
  window: number
  /** Whether a scenario has run in it. */
  isUsed: boolean
}

interface Settings {
  readonly dialect: Dialect
  /** The capabilities that the kernel is known to lack. */
  readonly expectSkips: readonly string[]
  readonly signal: AbortSignal
}

/**
 * Looks at a machine that has just come up, as far as that was not done before its state was saved; when it fails, the
 * machine is closed.
 * @throws {BootError | InfraError} when it died meanwhile, {ProtocolError} when it cannot be looked at
 */
export async function makeReady(
  instance: Instance,
  profile: BootProfile,
  { dialect, expectSkips, signal }: Settings,
): Promise<CheckedInstance> {
  try {
    const { probe, files, bootLines, window } = await look(instance)
    const available = metCapabilities(probe, dialect)
    const facts = judgeBoot(files, profile)
    // Mainline gives guest_memfd inodes of their own later than it converts by attributes of the VM.
    const without = new Set([...expectSkips, ...(dialect === 'vm-attributes' ? ['gmem-inode-counter'] : [])])
    const { timeFactor } = instance.accelerator
    const watch = await LeakWatch.begin(instance.agent, { without, signal, timeFactor })
    const bootSplats = splatsOfBoot(bootLines)
    return { instance, profile, available, facts, watch, bootSplats, window, isUsed: false }
  } catch (error) {
    await using ended = instance
    const death = await lastWords(ended, signal)
    throw death === undefined ? error : deathError(death, ended.console)
  }
}

/** The facts, with the lines of its boot; what its kernel says while it is looked at is one of them, as in a saved machine. */
async function look(
  instance: Instance,
): Promise<GuestFacts & Pick<Instance, 'bootLines'> & Pick<CheckedInstance, 'window'>> {
  const { console, bootLines, windowStart } = instance
  if (instance.facts !== undefined) return { ...instance.facts, bootLines, window: windowStart }
  const facts = await gatherFacts(instance.agent)
  await instance.catchUp()
  return { ...facts, bootLines: console.lines(), window: console.mark() }
}

/** The kernel's own first banner is left out: a second one is a reboot. */
export function splatsOfBoot(lines: readonly string[]): readonly Splat[] {
  return findSplats(lines, { isRunning: false })
}

// A machine that scenarios may run in: what it has was found out, and its counters were read.
import { findComplaints } from '../console/find-splats.ts'
import type { Finding } from '../console/find-splats.ts'
import { deathError } from '../vm/wait-for-guest.ts'
import type { BootProfile } from '../vm/profile.ts'
import { lastWords } from '../run/attempt.ts'
import { judgeBoot } from './boot-check.ts'
import type { BootFacts } from './boot-check.ts'
import { gatherFacts } from './guest-facts.ts'
import type { GuestFacts } from './guest-facts.ts'
import { LeakWatch } from '../oracle/leaks.ts'
import type { Machine } from './instance.ts'
import type { Need } from '../catalogue/capabilities.ts'
import { metNeeds } from './met-capabilities.ts'
import type { RunnerOptions } from '../run/run-options.ts'

export interface ReadyMachine {
  readonly machine: Machine
  /** What the kernel has, and what the machine got. */
  readonly available: ReadonlySet<Need>
  readonly facts: BootFacts
  readonly profile: BootProfile
  readonly watch: LeakWatch
  /** What the kernel complained about while it booted, and was looked at. */
  readonly bootComplaints: readonly Finding[]
  /** Where on the console the window of the next scenario begins. */
  window: number
  /** Whether a scenario has run in it. */
  isUsed: boolean
}

type Settings = Pick<RunnerOptions, 'dialect' | 'expectSkips' | 'signal'>

/**
 * Looks at a machine that has just come up, as far as that was not done before its state was saved; when it fails, the
 * machine is closed.
 * @throws {BootError | InfraError} when it died meanwhile, {ProtocolError} when it cannot be looked at
 */
export async function makeReady(
  machine: Machine,
  profile: BootProfile,
  { dialect, expectSkips, signal }: Settings,
): Promise<ReadyMachine> {
  try {
    const { probe, files, bootLines, window } = await look(machine)
    const available = metNeeds(probe, dialect)
    const facts = judgeBoot(files, profile)
    // Mainline gives guest_memfd inodes of their own later than it converts by attributes of the VM.
    const without = new Set([...expectSkips, ...(dialect === 'vm-attributes' ? ['gmem-inode-counter'] : [])])
    const { timeFactor } = machine.accelerator
    const watch = await LeakWatch.begin(machine.agent, { without, signal, timeFactor })
    const bootComplaints = complaintsOfBoot(bootLines)
    return { machine, profile, available, facts, watch, bootComplaints, window, isUsed: false }
  } catch (error) {
    await using ended = machine
    const death = await lastWords(ended, signal)
    throw death === undefined ? error : deathError(death, ended.console)
  }
}

/** The facts, with the lines of its boot; what its kernel says while it is looked at is one of them, as in a saved machine. */
async function look(
  machine: Machine,
): Promise<GuestFacts & Pick<Machine, 'bootLines'> & Pick<ReadyMachine, 'window'>> {
  const { console, bootLines, windowStart } = machine
  if (machine.facts !== undefined) return { ...machine.facts, bootLines, window: windowStart }
  const facts = await gatherFacts(machine.agent)
  await machine.catchUp()
  return { ...facts, bootLines: console.lines(), window: console.mark() }
}

/** The kernel's own first banner is left out: a second one is a reboot. */
export function complaintsOfBoot(lines: readonly string[]): readonly Finding[] {
  return findComplaints(lines, { isRunning: false })
}

// A virtual machine with an agent in it, as the runner sees it, and where it gets them; who makes them stays outside.
import type { Patience } from '../base/patience.ts'
import type { Agent } from '../agent/client.ts'
import type { SshSession } from '../ssh/session.ts'
import type { ConsoleLog } from '../vm/console.ts'
import type { Liveness } from '../vm/liveness.ts'
import type { BootProfile } from '../vm/profile.ts'
import type { SshEndpoint, VmDeath } from '../vm/vm.ts'
import type { InstanceFacts } from './instance-facts.ts'

/**
 * Runs a command in the shell of the guest and gives what it printed: over the ssh session that the agent came by, or over
 * a new one, of which a machine has few.
 * @throws {ProtocolError | GuestError | DeadlineExceeded} when no answer came in time, or the session is lost
 */
export type Ask = (
  session: 'own' | 'new',
  command: string,
  options: { readonly signal: AbortSignal; readonly milliseconds: number },
) => Promise<string>

/**
 * Writes the memory of the guest to a file for this scenario, and gives the command line that opens it.
 * @throws {InfraError} NO_SPACE, DUMP_FAILED
 */
export type Dump = (scenario: string, signal: AbortSignal) => Promise<string>

/** Disposing of it ends the agent, the connection and the virtual machine. */
export interface Instance extends AsyncDisposable {
  readonly agent: Agent
  readonly session: SshSession
  /** The way in for further sessions. */
  readonly endpoint: SshEndpoint
  readonly console: ConsoleLog
  /** Reads what its kernel has said so far. */
  catchUp(this: void): Promise<void>
  /** Resolves when the virtual machine is gone, for whatever reason. Never rejects. */
  readonly died: Promise<VmDeath>
  readonly accelerator: { readonly name: string; readonly reason: string; readonly patience: Patience }
  /** Whether its kernel has booted in it, or in the machine that it is a copy of. */
  readonly origin: 'booted' | 'restored'
  /** What was found out about it, or about the machine that it is a copy of; nothing if nobody has looked yet. */
  readonly facts?: InstanceFacts
  /** How long it took to boot, or to restore. */
  readonly readyMilliseconds: number
  /**
   * What its kernel said while it booted, in it or in the machine that it is a copy of, with the banner and all that the
   * firmware said before it. None if there is nothing in it that anybody has still to judge.
   */
  readonly bootLines: readonly string[]
  /** Where on its console that ends: all that comes later belongs to the scenario that gets the machine. */
  readonly windowStart: number
  /** To find out what is alive when the agent does not answer. */
  readonly liveness: Liveness
  readonly ask: Ask
  /** There when the memory of the guest is wanted after a panic or a hang. */
  readonly dump?: Dump
}

/** Where the machines of a run come from. Those that were not given away are the source's to dispose of. */
export interface InstanceSource {
  /**
   * A machine of this profile that no scenario has run in.
   * @throws {BootError | InfraError | ProtocolError} when none comes up, the reason of `signal` when it is called off
   */
  next(profile: BootProfile, options: InstanceRequest): Promise<Instance>
  /** A hint: this worker is likely to want a machine of this profile next, so it may be got ready meanwhile. Never throws. */
  prepare?(profile: BootProfile, worker: number): void
}

export interface InstanceRequest {
  readonly signal: AbortSignal
  /** Which of the workers of the run wants it: 0, 1, … */
  readonly worker: number
}

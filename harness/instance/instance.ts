// An instance, the VM with an agent in it, as the runner sees it, and the source of instances.
import type { Patience } from '../base/patience.ts'
import type { Agent } from '../agent/client.ts'
import type { SshSession } from '../ssh/session.ts'
import type { ConsoleLog } from '../vm/console.ts'
import type { GdbStub } from '../vm/gdb-stub.ts'
import type { Liveness } from '../vm/liveness.ts'
import type { BootProfile } from '../vm/profile.ts'
import type { SshEndpoint, VmDeath } from '../vm/vm.ts'
import type { InstanceFacts } from './instance-facts.ts'

/**
 * Runs a command in the shell of the instance and returns its output: over the ssh session of the agent, or over a new one,
 * of which an instance has few.
 * @throws {ProtocolError | GuestError | DeadlineExceeded} when no answer came in time, or the session is lost
 */
export type Ask = (
  session: 'own' | 'new',
  command: string,
  options: { readonly signal: AbortSignal; readonly milliseconds: number },
) => Promise<string>

/**
 * Writes the memory of the instance to a file for this test, and returns the command line that opens the file.
 * @throws {InfraError} NO_SPACE, DUMP_FAILED
 */
export type Dump = (test: string, signal: AbortSignal) => Promise<string>

/** An instance. Disposal ends the agent, the connection and the VM. */
export interface Instance extends AsyncDisposable {
  readonly agent: Agent
  readonly session: SshSession
  /** The endpoint for further sessions. */
  readonly endpoint: SshEndpoint
  readonly console: ConsoleLog
  /** Reads the console up to now. */
  catchUp(this: void): Promise<void>
  /** Resolves when the VM is gone. Never rejects. */
  readonly died: Promise<VmDeath>
  readonly accelerator: { readonly name: string; readonly reason: string; readonly patience: Patience }
  /** `restored`: the instance is a copy of one that was booted and saved. */
  readonly origin: 'booted' | 'restored'
  /** The facts of the instance that this one is a copy of; missing when they have to be gathered. */
  readonly facts?: InstanceFacts
  /** The time of the boot, or of the restore. */
  readonly readyMilliseconds: number
  /**
   * The console lines of the boot that are not judged yet, with the messages of the firmware and the banner of the kernel.
   * Empty for a restored instance.
   */
  readonly bootLines: readonly string[]
  /** The position on the console where the boot ends: later lines belong to the test that gets the instance. */
  readonly windowStart: number
  /** Checks of QEMU and kernel, for an agent that does not answer. */
  readonly liveness: Liveness
  readonly ask: Ask
  /** Has QEMU listen for gdb. */
  openGdbStub(this: void, signal: AbortSignal): Promise<GdbStub>
  /** Present when memory dumps are wanted after a panic or a hang. */
  readonly dump?: Dump
}

/** The source of the instances of a run. It closes the instances that it has not handed out. */
export interface InstanceSource {
  /**
   * Returns an instance of this profile in which no test has run.
   * @throws {BootError | InfraError | ProtocolError} when none comes up, the reason of `signal`
   */
  next(profile: BootProfile, options: InstanceRequest): Promise<Instance>
  /** A hint: this worker is likely to want an instance of this profile next. Never throws. */
  prepare?(profile: BootProfile, worker: number): void
}

export interface InstanceRequest {
  readonly signal: AbortSignal
  /** The number of the worker that wants the instance: 0, 1, … */
  readonly worker: number
}

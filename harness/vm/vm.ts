// The interface of a running QEMU to the rest of the harness, and the ways in which it can die.
import type { Duplex } from 'node:stream'
import type { InfraError } from '../base/errors.ts'
import type { ConsoleLog } from './console.ts'
import type { Qmp } from './qmp.ts'

/**
 * The reason why an instance is gone.
 * - `panic`: the kernel panicked on its console.
 * - `guest-stopped`: the instance powered off, or reset silently (a triple fault); `reason` is QEMU's.
 * - `qemu-exited`: QEMU itself failed or was killed.
 * - `console-ended`: the console became unreadable; QEMU is killed, since splats would be missed.
 * - `console-full`: the disk under the console's file is full; QEMU is killed before it silently drops lines.
 * - `closed`: the harness ended it.
 */
export type VmDeath =
  | { readonly kind: 'panic'; readonly title: string }
  | { readonly kind: 'guest-stopped'; readonly reason: string }
  | {
      readonly kind: 'qemu-exited'
      readonly code: number | undefined
      readonly signal: string | undefined
      readonly stderr: string
    }
  | { readonly kind: 'console-ended' }
  | { readonly kind: 'console-full'; readonly error: InfraError }
  | { readonly kind: 'closed' }

/** The way to the ssh servers of an instance: a few private channels, each for one session. */
export interface SshEndpoint {
  /**
   * Gives the next free channel. It takes data before the instance is up, so a session can be opened during the boot. It
   * ends when the ssh server ends, or QEMU.
   * @throws {InfraError} SSH_CHANNELS_USED when all have been taken
   */
  take(this: void): Duplex
}

/** A running QEMU with a kernel that is up. Disposal ends QEMU at once. */
export interface Vm extends AsyncDisposable {
  readonly ssh: SshEndpoint
  readonly console: ConsoleLog
  readonly qmp: Qmp
  /** Resolves when the instance is gone, for any reason. Never rejects. */
  readonly died: Promise<VmDeath>
  /** From the start of QEMU until init was ready. */
  readonly bootMilliseconds: number
  /** The process of QEMU. */
  readonly pid: number
  /** The command line of QEMU as a shell line; its channels are descriptors that only the harness has. */
  readonly command: string
  /** Reads the console up to the present moment. */
  catchUp(this: void): Promise<void>
}

/** Describes a death for messages. */
export function describeDeath(death: VmDeath): string {
  switch (death.kind) {
    case 'panic':
      return `the kernel panicked: ${death.title}`
    case 'guest-stopped':
      return death.reason === 'guest-reset'
        ? 'the instance reset itself silently (a triple fault, or a reboot)'
        : `the instance stopped (${death.reason})`
    case 'qemu-exited': {
      const how = death.signal === undefined ? `with exit code ${death.code}` : `by ${death.signal}`
      return `QEMU ended ${how}${death.stderr === '' ? '' : `: ${death.stderr}`}`
    }
    case 'console-ended':
      return 'the console of the instance became unreadable'
    case 'console-full':
      return death.error.message
    case 'closed':
      return 'the harness closed the instance'
    default:
      return death satisfies never
  }
}

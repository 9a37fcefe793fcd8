// What a virtual machine is to the rest of the harness, and the ways in which one can die.
import type { Duplex } from 'node:stream'
import type { InfraError } from '../base/errors.ts'
import type { ConsoleLog } from './console.ts'
import type { Qmp } from './qmp.ts'

/**
 * Why a virtual machine is gone.
 * - `panic`: the kernel said so on its console.
 * - `guest-stopped`: the guest powered off, or reset without a word (a triple fault), QEMU's reason with it.
 * - `qemu-exited`: QEMU itself failed or was killed.
 * - `console-ended`: the console cannot be read any more; QEMU is killed then, for nobody could judge the kernel.
 * - `console-full`: the disk under the console's file is full; QEMU is killed then, before it drops lines silently.
 * - `closed`: we did it.
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

/** The way to the guest's ssh server: a few private channels, each good for one session. */
export interface SshEndpoint {
  /**
   * The next free channel. It takes data before the guest is up, so a session can be opened while the guest boots.
   * It ends as soon as the server in the guest does, or QEMU.
   * @throws {InfraError} SSH_CHANNELS_USED when all have been taken
   */
  take(this: void): Duplex
}

/** A virtual machine. Disposing of it ends QEMU at once; it has nothing to save. */
export interface Vm extends AsyncDisposable {
  readonly ssh: SshEndpoint
  readonly console: ConsoleLog
  readonly qmp: Qmp
  /** Resolves when the virtual machine is gone, for whatever reason. Never rejects. */
  readonly died: Promise<VmDeath>
  /** From the start of QEMU until init said that it is ready. */
  readonly bootMilliseconds: number
  /** QEMU's process. */
  readonly pid: number
  /** The command line of QEMU, to be pasted into a shell; its channels are descriptors that only we have. */
  readonly command: string
  /** Reads what the guest has said so far, as far as that is not there already. */
  catchUp(this: void): Promise<void>
}

/** One sentence about a death, for messages. */
export function describeDeath(death: VmDeath): string {
  switch (death.kind) {
    case 'panic':
      return `the kernel panicked: ${death.title}`
    case 'guest-stopped':
      return death.reason === 'guest-reset'
        ? 'the guest reset itself without a word (a triple fault, or a reboot)'
        : `the guest stopped (${death.reason})`
    case 'qemu-exited': {
      const how = death.signal === undefined ? `with exit code ${death.code}` : `by ${death.signal}`
      return `QEMU ended ${how}${death.stderr === '' ? '' : `: ${death.stderr}`}`
    }
    case 'console-ended':
      return 'the console of the guest cannot be read any more'
    case 'console-full':
      return death.error.message
    case 'closed':
      return 'the virtual machine was closed'
    default:
      return death satisfies never
  }
}

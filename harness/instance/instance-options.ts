// What an instance is started from.
import type { GuestImage } from '../image/image.ts'
import type { Bytes } from '../base/units.ts'
import type { KernelBuild } from '../kernel/provide.ts'
import type { Accelerator } from '../vm/accelerator.ts'
import type { StartOptions } from '../vm/start.ts'

export interface InstanceParts {
  readonly kernel: KernelBuild
  readonly image: GuestImage
  /** The agent's program on this machine. */
  readonly agent: string
}

export interface InstanceOptions {
  readonly vmlinux: string
  readonly image: GuestImage
  /** The agent's program on this machine. */
  readonly agent: string
  readonly accelerator: Accelerator
  readonly memory: Bytes
  readonly cpus: number
  /** Further words for the command line of the kernel. */
  readonly append?: readonly string[]
  readonly consoleFile: string
  /** Where dumps of the guest's memory go after a panic or a hang; without it, nothing is dumped. */
  readonly dumpsTo?: string
  readonly signal: AbortSignal
  /** Called with QEMU's command line when it runs. */
  readonly onStarted?: (command: string) => void
  /** Called when there is nothing to do for a tenth of a second or longer but to wait for the guest. */
  readonly onIdle?: () => void
}

/** What decides what a machine is like: all but where its console goes. */
export type InstanceKind = Omit<InstanceOptions, 'consoleFile'>

/** The options of QEMU among those of a machine. */
export function startOptions(
  options: InstanceKind & Partial<Pick<InstanceOptions, 'consoleFile'>>,
): StartOptions {
  return {
    ...options,
    initramfs: options.image.initramfs,
    dumpable: options.dumpsTo !== undefined,
  }
}

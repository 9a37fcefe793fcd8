// The options for starting an instance.
import type { GuestImage } from '../image/image.ts'
import type { Bytes } from '../base/units.ts'
import type { KernelBuild } from '../kernel/provide.ts'
import type { Accelerator } from '../vm/accelerator.ts'
import type { StartOptions } from '../vm/start.ts'

/** The built parts of an instance. */
export interface InstanceParts {
  readonly kernel: KernelBuild
  readonly image: GuestImage
  /** The program of the agent on this computer. */
  readonly agent: string
}

export interface InstanceOptions extends Omit<InstanceParts, 'kernel'> {
  readonly vmlinux: string
  readonly accelerator: Accelerator
  readonly memory: Bytes
  readonly cpus: number
  /** Words to add to the command line of the kernel. */
  readonly append?: readonly string[]
  readonly consoleFile: string
  /** The directory of memory dumps after a panic or a hang; without it, nothing is dumped. */
  readonly dumpsTo?: string
  readonly signal: AbortSignal
  /** Called with the command line of QEMU when QEMU runs. */
  readonly onStarted?: (command: string) => void
  /** Called when gmemtest waits for the instance for a tenth of a second or longer. */
  readonly onIdle?: () => void
}

/** The options that determine the state of an instance: all but its console file. */
export type InstanceKind = Omit<InstanceOptions, 'consoleFile'>

/** Returns the options of QEMU among those of an instance. */
export function startOptions(options: InstanceKind & Partial<Pick<InstanceOptions, 'consoleFile'>>): StartOptions {
  return { ...options, initramfs: options.image.initramfs, dumpable: options.dumpsTo !== undefined }
}

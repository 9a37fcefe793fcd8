// What `gmemtest run` was asked for, and what is known before anything is built.
import type { Isolation, KernelDefinition } from '../kernel/definition/definition.ts'
import type { Capability } from '../catalogue/capabilities.ts'
import type { ScenarioFile } from '../suites/scenarios/scenario-files.ts'
import type { Accelerator } from '../vm/accelerator.ts'
import type { CommandContext } from './command-context.ts'

/** The options of `gmemtest run`. */
export interface JobOptions {
  readonly kernel: string
  readonly accel?: 'tcg' | 'kvm'
  /** What scenarios share; as the definition of the kernel says if not given. */
  readonly isolation?: Isolation
  /** How many machines at once; chosen by the cores and the memory of this machine if not given. */
  readonly jobs?: number
  readonly output?: string
  /** Another directory of scenarios. */
  readonly scenarios?: string
  /** A suite of Debian to take the source from. */
  readonly aptSuite?: string
  readonly keep?: true
  readonly vmcore?: true
}

/** What is known before anything is built. */
export interface Plan {
  readonly options: JobOptions
  readonly context: CommandContext
  readonly definition: KernelDefinition
  /** What the kernel lacks by its definition. */
  readonly expectSkips: readonly Capability[]
  readonly scenarios: readonly ScenarioFile[]
  readonly accelerator: Accelerator
  readonly isolation: Isolation
  /** Where the results go. */
  readonly directory: string
  readonly started: Date
}

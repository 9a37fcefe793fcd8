// What a kernel is built from.
import type { KernelDefinition } from './definition/definition.ts'
import type { Request } from './kconfig/fragment.ts'
import type { WholeSeries } from './proof/prerequisites.ts'
import type { Patch } from './series/patch.ts'
import type { SourceIdentity } from './source/pristine.ts'

/** All inputs of a build. */
export interface Ingredients {
  readonly definition: KernelDefinition
  readonly identity: SourceIdentity
  /** The parts of the series, and what has their prerequisites. */
  readonly series: WholeSeries
  /** All patches of all parts. */
  readonly patches: readonly Patch[]
  readonly requests: readonly Request[]
  readonly compiler: string
  readonly key: string
}

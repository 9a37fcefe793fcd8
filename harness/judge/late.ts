// The verdict of the last scenario in a machine, held back for as long as the kernel may still complain about what it did.
import type { Splat } from '../console/find-splats.ts'
import type { VmDeath } from '../vm/vm.ts'
import type { Attempt } from './attempt.ts'
import { callTrace } from './call-trace.ts'

/** What came out after the end of a scenario. */
export interface Late {
  readonly splats: readonly Splat[]
  readonly death?: VmDeath
}

/** Ends a scenario that has not begun: the kernel of its machine is damaged. */
export class DamagedInstance extends Error {
  override readonly name = 'DamagedMachine'
}

/** The deaths that a kernel brings about. */
const ofKernel: ReadonlySet<VmDeath['kind']> = new Set(['panic', 'guest-stopped'])

/** Whether the kernel has brought it about. */
export function isOfKernel(death: VmDeath | undefined): death is VmDeath {
  return death !== undefined && ofKernel.has(death.kind)
}

/** What happened to a scenario, with what came out later. */
export function withLate(result: Attempt, { splats, death }: Late): Attempt {
  const [splat] = splats
  return {
    ...result,
    ...(isOfKernel(death) ? { death } : {}),
    splats: [...result.splats, ...splats],
    trace: splat === undefined ? result.trace : callTrace(splat),
    console: [...result.console, ...splats.flatMap(({ lines }) => lines)],
  }
}

// Splats and deaths after the end of a test: its verdict waits until none can follow.
import type { SplatReading } from '../console/read-splats.ts'
import type { VmDeath } from '../vm/vm.ts'
import type { Attempt } from './attempt.ts'

/** The splats and the death that came after the end of a test. */
export interface Late extends SplatReading {
  readonly death?: VmDeath
}

/** Ends a test that has not begun, because the kernel of its instance is damaged. */
export class DamagedInstance extends Error {
  override readonly name = 'DamagedInstance'
}

/** Tells whether the kernel under test caused a death. QEMU then still has the memory of the instance. */
export function isOfKernel(death: VmDeath | undefined): death is VmDeath {
  return death?.kind === 'panic' || death?.kind === 'guest-stopped'
}

/** Tells whether no further test may run on the kernel after this. */
export function isDamage({ splats, death }: Late): boolean {
  return splats.length > 0 || isOfKernel(death)
}

/** Returns the splats and the death that a test which has not begun leaves to the test before it. */
export function lateIn({ splats, earlier, allowed, death }: Attempt): Late {
  return {
    splats: [...earlier.splats, ...splats],
    allowed: [...earlier.allowed, ...allowed],
    ...(death === undefined ? {} : { death }),
  }
}

/** Adds late splats and a late death to an attempt. */
export function withLate(attempt: Attempt, { splats, allowed, death }: Late): Attempt {
  return {
    ...attempt,
    ...(isOfKernel(death) ? { death } : {}),
    splats: [...attempt.splats, ...splats],
    allowed: [...attempt.allowed, ...allowed],
    console: [...attempt.console, ...splats.flatMap(({ lines }) => lines)],
  }
}

// What comes out of an instance after the end of a test: its verdict is held back as long as something may come.
import type { SplatReading } from '../console/read-splats.ts'
import type { VmDeath } from '../vm/vm.ts'
import type { Attempt } from './attempt.ts'

/** What came out after the end of a test. */
export interface Late extends SplatReading {
  readonly death?: VmDeath
}

/** Ends a test that has not begun: the kernel of its instance is damaged. */
export class DamagedInstance extends Error {
  override readonly name = 'DamagedInstance'
}

/** The deaths that a kernel brings about. */
const ofKernel: ReadonlySet<VmDeath['kind']> = new Set(['panic', 'guest-stopped'])

/** Tells whether the kernel has brought a death about. */
function isOfKernel(death: VmDeath | undefined): death is VmDeath {
  return death !== undefined && ofKernel.has(death.kind)
}

/** Tells whether a kernel that does this may run no further test. */
export function isDamage({ splats, death }: Late): boolean {
  return splats.length > 0 || isOfKernel(death)
}

/** Returns what a test that has not begun leaves to the test before it. */
export function lateIn({ splats, earlier, allowed, death }: Attempt): Late {
  return {
    splats: [...earlier.splats, ...splats],
    allowed: [...earlier.allowed, ...allowed],
    ...(death === undefined ? {} : { death }),
  }
}

/** Adds what came out later to what happened to a test. */
export function withLate(attempt: Attempt, { splats, allowed, death }: Late): Attempt {
  return {
    ...attempt,
    ...(isOfKernel(death) ? { death } : {}),
    splats: [...attempt.splats, ...splats],
    allowed: [...attempt.allowed, ...allowed],
    console: [...attempt.console, ...splats.flatMap(({ lines }) => lines)],
  }
}

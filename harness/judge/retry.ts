// Transient trouble of this computer: a test that met it runs once more.
import { GmemtestError } from '../base/errors.ts'
import type { VmDeath } from '../vm/vm.ts'
import type { Attempt } from './attempt.ts'
import type { Judgement } from './verdict.ts'

const transientDeaths = {
  panic: false,
  'guest-stopped': false,
  'qemu-exited': true,
  'console-ended': true,
  'console-full': false,
  closed: false,
} as const satisfies Record<VmDeath['kind'], boolean>

/** Tells whether the cause of an error may be gone in a moment. */
export function isTransient(error: unknown): boolean {
  return error instanceof GmemtestError && error.transient
}

/** Tells whether a test gets a second try: transient trouble kept it from its end. */
export function deservesSecondTry({ verdict }: Judgement, { death, hang, thrown }: Attempt): boolean {
  if (verdict !== 'MISS') return false
  // Something has stopped QEMU from outside.
  if (hang !== undefined) return true
  return death === undefined ? isTransient(thrown?.value) : transientDeaths[death.kind]
}

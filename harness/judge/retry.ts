// Which troubles of this machine may be over a moment later: a scenario that met one of them is run once more.
import { GmemtestError } from '../base/errors.ts'
import type { VmDeath } from '../vm/vm.ts'
import type { Happening, Judgement } from './verdict.ts'

const passingDeaths = {
  panic: false,
  'guest-stopped': false,
  'qemu-exited': true,
  'console-ended': true,
  'console-full': false,
  closed: false,
} as const satisfies Record<VmDeath['kind'], boolean>

/** Whether what kept a machine from coming up, or ended a scenario, may not happen again. */
export function mayPass(error: unknown): boolean {
  return error instanceof GmemtestError && error.transient
}

/** Whether a scenario is worth a second try: it was not run to its end, and the reason of that may pass. */
export function deservesSecondTry({ verdict }: Judgement, { death, hang, thrown }: Happening): boolean {
  if (verdict !== 'MISS') return false
  // Somebody has stopped QEMU.
  if (hang !== undefined) return true
  return death === undefined ? mayPass(thrown?.value) : passingDeaths[death.kind]
}

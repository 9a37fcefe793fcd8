// All kinds of steps. A new kind is a file in steps/ and a row here.
import { allocateStep } from './steps/allocate.ts'
import { bindStep } from './steps/bind.ts'
import { blocksStep } from './steps/blocks.ts'
import { changeSlotStep } from './steps/change-slot.ts'
import { closeStep } from './steps/close.ts'
import { copyFillStep } from './steps/accesses/copy-fill.ts'
import { copyLookStep } from './steps/accesses/copy-look.ts'
import { convertStep } from './steps/convert.ts'
import { dupStep } from './steps/dup.ts'
import { endChildStep } from './steps/end-child.ts'
import { failPageStep } from './steps/failures/fail-page.ts'
import { forkStep } from './steps/fork.ts'
import { guestFillStep } from './steps/accesses/guest-fill.ts'
import { guestLookStep } from './steps/accesses/guest-look.ts'
import { hostFillStep } from './steps/accesses/host-fill.ts'
import { hostLookStep } from './steps/accesses/host-look.ts'
import { mapStep } from './steps/map.ts'
import { pinStep } from './steps/pin.ts'
import { preFaultStep } from './steps/accesses/pre-fault.ts'
import { punchStep } from './steps/punch.ts'
import { protectStep } from './steps/protect.ts'
import { raceStep } from './steps/race-pages.ts'
import { remapStep } from './steps/remap.ts'
import type { StepKind } from './steps/step-kind.ts'
import { unbindStep } from './steps/unbind.ts'
import { unmapStep } from './steps/unmap.ts'
import { unpinStep } from './steps/unpin.ts'
import { withoutMemoryStep } from './steps/failures/without-memory.ts'

/** Every kind of step, by its name in files. */
export const stepKinds: readonly StepKind[] = [
  convertStep,
  hostFillStep,
  hostLookStep,
  copyFillStep,
  copyLookStep,
  guestFillStep,
  guestLookStep,
  preFaultStep,
  punchStep,
  allocateStep,
  pinStep,
  unpinStep,
  mapStep,
  unmapStep,
  remapStep,
  protectStep,
  bindStep,
  unbindStep,
  changeSlotStep,
  forkStep,
  endChildStep,
  dupStep,
  closeStep,
  blocksStep,
  raceStep,
  withoutMemoryStep,
  failPageStep,
]

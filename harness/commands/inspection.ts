// How a machine can be looked into when something in it does not end.
import type { SshSession } from '../ssh/session.ts'
import type { Machine } from '../scenario/machine.ts'
import { livenessOf } from '../vm/liveness.ts'
import type { Vm } from '../vm/vm.ts'
import { askOver } from './ask.ts'
import { dumperOf } from './dump.ts'
import type { MachineOptions } from './machine.ts'

type Inspection = Pick<Machine, 'liveness' | 'ask' | 'dump'>

/** What the runner needs of a machine for that. */
export function inspectionOf(
  vm: Vm,
  session: SshSession,
  { vmlinux, image, accelerator, memory, dumpsTo }: MachineOptions,
): Inspection {
  const { timeFactor } = accelerator
  return {
    liveness: livenessOf({ ...vm, vmlinux, timeFactor }),
    ask: askOver(session, vm.ssh, image),
    ...(dumpsTo === undefined ? {} : { dump: dumperOf(vm.qmp, dumpsTo, { memory, vmlinux }) }),
  }
}

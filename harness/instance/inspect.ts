// The ways to look into an instance when a test in it does not end.
import type { SshSession } from '../ssh/session.ts'
import type { Instance } from './instance.ts'
import { livenessOf } from '../vm/liveness.ts'
import type { Vm } from '../vm/vm.ts'
import { askOver } from './ask.ts'
import { dumperOf } from './dumper.ts'
import type { InstanceOptions } from './instance-options.ts'

type Inspection = Pick<Instance, 'liveness' | 'ask' | 'dump'>

/** Makes the members of an instance by which the runner diagnoses a hang. */
export function inspectionOf(
  vm: Vm,
  session: SshSession,
  { vmlinux, image, accelerator, memory, dumpsTo }: InstanceOptions,
): Inspection {
  const { patience } = accelerator
  return {
    liveness: livenessOf({ ...vm, vmlinux, patience }),
    ask: askOver(session, vm.ssh, image),
    ...(dumpsTo === undefined ? {} : { dump: dumperOf(vm.qmp, dumpsTo, { memory, vmlinux }) }),
  }
}

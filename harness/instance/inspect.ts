// The ways to look into an instance when a test in it does not end.
import path from 'node:path'
import { vmcoreName } from '../base/result-names.ts'
import { shellLine } from '../process/child.ts'
import type { SshSession } from '../ssh/session.ts'
import type { Dump, Instance } from './instance.ts'
import { dumpMemory } from '../vm/dump-memory.ts'
import { livenessOf } from '../vm/liveness.ts'
import type { Vm } from '../vm/vm.ts'
import { askOver } from './ask.ts'
import type { InstanceOptions } from './instance-options.ts'

/** Makes the members of an instance by which the runner diagnoses a hang. */
export function inspectionOf(
  vm: Vm,
  session: SshSession,
  { vmlinux, image, accelerator, memory, dumpsTo }: InstanceOptions,
): Pick<Instance, 'liveness' | 'ask' | 'dump'> {
  const { patience } = accelerator
  return {
    liveness: livenessOf({ ...vm, vmlinux, patience }),
    ask: askOver(session, vm.ssh, image),
    ...(dumpsTo === undefined ? {} : { dump: dumper(vm, dumpsTo, { memory, vmlinux }) }),
  }
}

function dumper(
  { qmp }: Vm,
  directory: string,
  { memory, vmlinux }: Pick<InstanceOptions, 'memory' | 'vmlinux'>,
): Dump {
  return async (scenario, signal) => {
    const file = path.join(directory, vmcoreName(scenario))
    await dumpMemory(qmp, file, { memory, signal })
    return shellLine('crash', [path.join(path.dirname(vmlinux), 'vmlinux.debug'), file])
  }
}

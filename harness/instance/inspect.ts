// How a machine can be looked into when something in it does not end.
import { GmemtestError } from '../base/errors.ts'
import type { SshSession } from '../ssh/session.ts'
import type { Decode, Instance } from './instance.ts'
import { livenessOf } from '../vm/liveness.ts'
import type { Vm } from '../vm/vm.ts'
import { askOver } from './ask.ts'
import { dumperOf } from './dumper.ts'
import type { InstanceOptions } from './instance-options.ts'

type Inspection = Pick<Instance, 'liveness' | 'ask' | 'dump' | 'decode'>

/** What the runner needs of a machine for that. */
export function inspectionOf(
  vm: Vm,
  session: SshSession,
  { vmlinux, image, accelerator, memory, dumpsTo }: InstanceOptions,
): Inspection {
  const { timeFactor } = accelerator
  return {
    liveness: livenessOf({ ...vm, vmlinux, timeFactor }),
    ask: askOver(session, vm.ssh, image),
    decode: decoderOf(vmlinux),
    ...(dumpsTo === undefined ? {} : { dump: dumperOf(vm.qmp, dumpsTo, { memory, vmlinux }) }),
  }
}

/** Places in the kernel keep their names where its debug information cannot be read. */
function decoderOf(vmlinux: string): Decode {
  return async (lines, signal) => {
    // Loaded when there is something to decode: the time to the first test point counts.
    const { decodeLines } = await import('../console/symbolize.ts')
    try {
      return await decodeLines(lines, { vmlinux, signal })
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof GmemtestError)) throw error
      return lines
    }
  }
}

// Memory dumps of instances: their files, and the commands that open them.
import path from 'node:path'
import { shellLine } from '../process/child.ts'
import type { Bytes } from '../base/units.ts'
import type { Dump } from './instance.ts'
import { dumpMemory } from '../vm/dump-memory.ts'
import type { Qmp } from '../vm/qmp.ts'
import { vmcoreName } from '../base/result-names.ts'

/** Makes the function that dumps the memory of one instance into a directory. */
export function dumperOf(
  qmp: Qmp,
  directory: string,
  { memory, vmlinux }: { readonly memory: Bytes; readonly vmlinux: string },
): Dump {
  return async (scenario, signal) => {
    const file = path.join(directory, vmcoreName(scenario))
    await dumpMemory(qmp, file, { memory, signal })
    return shellLine('crash', [path.join(path.dirname(vmlinux), 'vmlinux.debug'), file])
  }
}

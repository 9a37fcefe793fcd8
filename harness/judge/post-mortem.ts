// Takes a dump of the memory of a kernel that died or hangs, before its instance is given up.
import { GmemtestError } from '../base/errors.ts'
import type { Instance } from '../instance/instance.ts'
import type { VmDeath } from '../vm/vm.ts'
import type { Hang } from './hang.ts'

/** After these QEMU is still there, with the memory as it was. */
const dumpable: ReadonlySet<VmDeath['kind']> = new Set(['panic', 'guest-stopped'])

/**
 * Dumps the memory of the instance when that is wanted and the kernel is at fault. Returns how to open the dump, or why
 * there is none; undefined when none is wanted. Nothing of it changes the verdict.
 * @throws the reason of `signal`
 */
export async function dumpOf(
  name: string,
  { dump }: Instance,
  { death, hang }: { readonly death: VmDeath | undefined; readonly hang: Hang | undefined },
  signal: AbortSignal,
): Promise<string | undefined> {
  const isKernels = death === undefined ? hang?.verdict === 'FAIL' : dumpable.has(death.kind)
  if (!isKernels) return undefined
  try {
    return await dump?.(name, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof GmemtestError)) throw error
    return `there is no dump: ${error.message}`
  }
}

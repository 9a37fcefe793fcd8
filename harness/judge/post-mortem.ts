// Dumps the memory of a kernel that died or hangs, before its instance is closed.
import { GmemtestError } from '../base/errors.ts'
import type { Instance } from '../instance/instance.ts'
import type { VmDeath } from '../vm/vm.ts'
import type { Hang } from './hang.ts'
import { isOfKernel } from './late.ts'

interface Ending {
  readonly death: VmDeath | undefined
  readonly hang: Hang | undefined
  /** The name of a program that did not end. */
  readonly unfinished: string | undefined
}

/**
 * Dumps the memory of the instance when dumps are wanted and the kernel is or may be at fault. Returns the command line that
 * opens the dump, or the reason for which it is missing; undefined when no dump is wanted. A failed dump does not change the
 * verdict.
 * @throws the reason of `signal`
 */
export async function dumpOf(
  name: string,
  { dump }: Pick<Instance, 'dump'>,
  { death, hang, unfinished }: Ending,
  signal: AbortSignal,
): Promise<string | undefined> {
  const mayBeKernels = death === undefined ? hang?.verdict === 'FAIL' || unfinished !== undefined : isOfKernel(death)
  if (!mayBeKernels) return undefined
  try {
    return await dump?.(name, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof GmemtestError)) throw error
    return `there is no dump: ${error.message}`
  }
}

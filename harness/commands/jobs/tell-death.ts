// The end of an instance that was to stay up.
import { keptName } from '../../base/result-names.ts'
import type { Instance } from '../../instance/instance.ts'
import { dumpOf } from '../../judge/post-mortem.ts'
import { plainText } from '../../report/plain.ts'
import { describeDeath, type VmDeath } from '../../vm/vm.ts'
import type { CommandContext } from '../command-context.ts'

/** Prints how an instance died, and the line that opens its memory when dumps are wanted and the kernel is at fault. */
export async function tellDeath(
  death: VmDeath,
  instance: Pick<Instance, 'dump'>,
  { signal, stderr }: Pick<CommandContext, 'signal' | 'stderr'>,
): Promise<void> {
  const ending = { death, hang: undefined, unfinished: undefined }
  const vmcore = await dumpOf(keptName, instance, ending, signal).catch((error: unknown) => {
    // Ctrl-C ends the wait, and is no interruption of the run.
    if (signal.aborted) return undefined
    throw error
  })
  const memory = vmcore === undefined ? '' : `; its memory: ${plainText(vmcore)}`
  stderr.write(`gmemtest: the instance is closed: ${plainText(describeDeath(death))}${memory}\n`)
}

// How an instance died, if it did.
import { sleep } from '../base/deadline.ts'
import type { VmDeath } from '../vm/vm.ts'
import type { Instance } from './instance.ts'

// A machine that dies falls silent first and says why a moment later.
const lastWordsMilliseconds = 150

/** How the machine died, if it does so in a moment: what it was told to do fails first. */
export async function lastWords(instance: Instance, signal: AbortSignal): Promise<VmDeath | undefined> {
  const milliseconds = lastWordsMilliseconds * instance.accelerator.timeFactor
  const enough = new AbortController()
  const patience = sleep(milliseconds, AbortSignal.any([signal, enough.signal])).catch(() =>
    signal.throwIfAborted(),
  )
  const death = await Promise.race([instance.died, patience])
  enough.abort()
  return death ?? undefined
}

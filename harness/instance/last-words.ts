// Waits a moment for the death of an instance.
import { sleep } from '../base/deadline.ts'
import type { VmDeath } from '../vm/vm.ts'
import type { Instance } from './instance.ts'

// An instance that dies falls silent first; the reason comes a moment later.
const lastWordsMilliseconds = 150

/** Gives the death of an instance if it comes within a moment; operations in a dying instance fail before it. */
export async function lastWords(instance: Instance, signal: AbortSignal): Promise<VmDeath | undefined> {
  const milliseconds = instance.accelerator.patience.for(lastWordsMilliseconds)
  const enough = new AbortController()
  const patience = sleep(milliseconds, AbortSignal.any([signal, enough.signal])).catch(() => signal.throwIfAborted())
  const death = await Promise.race([instance.died, patience])
  enough.abort()
  return death ?? undefined
}

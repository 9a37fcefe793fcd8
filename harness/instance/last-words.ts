// Waits a moment for the death of an instance.
import { sleep } from '../base/deadline.ts'
import type { VmDeath } from '../vm/vm.ts'
import { deathError } from '../vm/wait-for-init.ts'
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

/**
 * Looks at an instance that has just come up, and closes it when the look fails.
 * @throws the errors of `look`, {BootError | InfraError} when the instance died meanwhile
 */
export async function firstLook<Result>(
  instance: Instance,
  signal: AbortSignal,
  look: () => Promise<Result>,
): Promise<Result> {
  try {
    return await look()
  } catch (error) {
    await using ended = instance
    const death = await lastWords(ended, signal)
    throw death === undefined ? error : deathError(death, ended.console)
  }
}

// Nothing waits without a deadline; when one passes, the message names the stage and what it last saw.
import { setTimeout as delay } from 'node:timers/promises'

/** A stage took longer than it may. Callers turn it into the error class of whoever is at fault. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded'
  readonly stage: string
  readonly milliseconds: number

  constructor(stage: string, milliseconds: number) {
    super(`${stage} took longer than ${(milliseconds / 1000).toFixed(1)} s`)
    this.stage = stage
    this.milliseconds = milliseconds
  }
}

/** How long a stage may take, and who may call it off earlier. */
export interface Limit {
  /** What is being waited for, as the message will say it: "boot of gmem-convert". */
  readonly stage: string
  readonly milliseconds: number
  readonly signal: AbortSignal
}

/**
 * Runs `work` under a limit. `work` gets a signal that fires at the deadline or when the caller aborts, and should
 * stop then; even if it does not, this rejects.
 * @throws {DeadlineExceeded} when the time is over
 * @throws the caller's abort reason when it aborts first
 */
export async function withDeadline<T>(limit: Limit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  limit.signal.throwIfAborted()
  const expiry = new AbortController()
  const timer = setTimeout(
    () => expiry.abort(new DeadlineExceeded(limit.stage, limit.milliseconds)),
    limit.milliseconds,
  )
  const signal = AbortSignal.any([limit.signal, expiry.signal])
  const gaveUp = Promise.withResolvers<never>()
  const onAbort = (): void => gaveUp.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work(signal), gaveUp.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

/** Sleeps, unless called off: then rejects with the signal's reason. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal })
  } catch {
    signal.throwIfAborted()
  }
}

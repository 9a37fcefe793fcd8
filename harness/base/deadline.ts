// Deadlines: every wait has one, and the error of a passed deadline names its stage.
import { setTimeout as delay } from 'node:timers/promises'
import { stoodStill } from './stood-still.ts'

/** A deadline moves so many times at most: work that itself blocks the thread again and again must come to its end, too. */
const mostExtensions = 3

/** A stage took longer than its limit. Callers convert it into the error class of the faulty side. */
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

/** How long a stage may take, and the signal that ends it earlier. */
export interface Limit {
  /** The name of the stage in messages: "boot of gmem-convert". */
  readonly stage: string
  readonly milliseconds: number
  readonly signal: AbortSignal
}

/**
 * Runs `work` under a limit. `work` gets a signal that fires at the deadline or when the caller aborts, and should stop
 * then; the promise rejects even if `work` goes on. Time in which this process stood still does not count: the work could
 * not go on either.
 * @throws {DeadlineExceeded} at the deadline
 * @throws the caller's abort reason when the caller aborts first
 */
export async function withDeadline<T>(limit: Limit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  limit.signal.throwIfAborted()
  const expiry = new AbortController()
  let counted = stoodStill()
  let extensions = 0
  const expire = (): void => {
    const more = stoodStill() - counted
    counted += more
    extensions += 1
    if (more > 0 && extensions <= mostExtensions) timer = setTimeout(expire, more)
    else expiry.abort(new DeadlineExceeded(limit.stage, limit.milliseconds))
  }
  let timer = setTimeout(expire, limit.milliseconds)
  const signal = AbortSignal.any([limit.signal, expiry.signal])
  try {
    return await unlessAborted(signal, work(signal))
  } finally {
    clearTimeout(timer)
  }
}

/** Waits for a promise; rejects with the signal's reason when the signal fires first. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const gaveUp = Promise.withResolvers<never>()
  const onAbort = (): void => gaveUp.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    return await Promise.race([promise, gaveUp.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Sleeps; rejects with the signal's reason when the signal fires. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal })
  } catch {
    signal.throwIfAborted()
  }
}

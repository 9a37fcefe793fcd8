// Work that --time-limit ends: a build, and a campaign.
import { limitReached, type TimeLimit } from '../../run/time-limit.ts'
import type { CommandContext } from '../command-context.ts'
import type { GivenTime } from '../option-parsers.ts'

/** Returns the limit of a run that began at a date. */
export function limitFrom(started: Date, { milliseconds, text }: GivenTime): TimeLimit {
  return { at: performance.now() - (Date.now() - started.getTime()) + milliseconds, text }
}

/**
 * Does work that ends when the limit is reached: `signal` of its context is aborted then.
 * @throws {InfraError} TIME_LIMIT when the work ends by it
 */
export async function withinLimit<Result>(
  limit: TimeLimit | undefined,
  context: CommandContext,
  work: (context: CommandContext) => Promise<Result>,
): Promise<Result> {
  if (limit === undefined) return await work(context)
  const reached = new AbortController()
  const timer = setTimeout(() => reached.abort(limitReached(limit)), Math.max(0, limit.at - performance.now()))
  try {
    return await work({ ...context, signal: AbortSignal.any([context.signal, reached.signal]) })
  } finally {
    clearTimeout(timer)
  }
}

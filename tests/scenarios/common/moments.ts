// The moments of an operation at which a signal comes, for scenarios that try several and must hit the operation once at least.

/** Different stages of an operation: what ends one of them in order may not end the next one. */
const parts = [0.15, 0.5, 0.85, 0.3, 0.7] as const
/** A timer of a busy computer is milliseconds late, and most operations are over by then. */
const mostTries = 100
/** For an operation that is over before any signal comes on some computers, so that no scenario demands a hit. */
export const fewTries = 12

/** The clock of a thread gives no shorter timer. */
const shortest = 20_000

function momentIn(length: number, part: number): number {
  return Math.max(Math.ceil(length * part), shortest)
}

/**
 * Calls `attempt` with moments at different stages of an operation that takes so many nanoseconds, and then on and on until it
 * tells that it has hit the operation. An operation that was over before its signal came is shorter than it seemed.
 * @returns whether one did
 */
export async function tryMoments(
  duration: number,
  attempt: (after: number) => Promise<boolean>,
  tries = mostTries,
): Promise<boolean> {
  // A late timer must not shorten the stages that are still to come.
  const stages = new Set(parts.map((part) => momentIn(duration, part)))
  let seeming = duration
  let hit = false
  for (const after of stages) {
    if (await attempt(after)) hit = true
    else seeming = Math.min(seeming, after)
  }
  for (let index = stages.size; !hit && index < tries; index += 1) {
    const after = momentIn(seeming, parts[index % parts.length] ?? 1)
    if (await attempt(after)) hit = true
    else seeming = Math.min(seeming, after)
  }
  return hit
}

// Separates the splats that an allowance covers from those that count.
import type { Allowance } from '../kernel/definition/allowances.ts'
import type { Splat } from './splat.ts'

/** A splat, and the allowance that covers it. */
interface Known {
  readonly splat: Splat
  readonly allowance: Allowance
}

export interface Sifted {
  readonly counted: readonly Splat[]
  readonly allowed: readonly Known[]
  /** Splats that an allowance covers and that count all the same, since another splat may be hidden in them. */
  readonly withheld: readonly Known[]
}

/** Formats the day in UTC as allowances do: `2027-01-31`. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10)
}

function isExpired({ expires }: Allowance, today: string): boolean {
  return expires < today
}

/** Describes the allowances that have expired on a day (`dayOf`) and cover nothing any more. */
export function expiryNotes(allowances: readonly Allowance[], today: string): string[] {
  return allowances
    .filter((allowance) => isExpired(allowance, today))
    .map(
      ({ match, expires, reason }) =>
        `the allowance '${match}' expired on ${expires} and covers nothing any more (${reason})`,
    )
}

/**
 * Sifts splats on a day (`dayOf`). An allowance holds through its last day, and never covers a splat in which another one
 * may be hidden.
 */
export function sift(splats: readonly Splat[], allowances: readonly Allowance[], today: string): Sifted {
  const entries = allowances
    .filter((allowance) => !isExpired(allowance, today))
    .map((allowance) => ({ allowance, expression: new RegExp(allowance.match) }))
  const counted: Splat[] = []
  const allowed: Known[] = []
  const withheld: Known[] = []
  for (const splat of splats) {
    const entry = entries.find(({ expression }) => expression.test(splat.title) || expression.test(splat.said))
    const known = entry === undefined ? undefined : { splat, allowance: entry.allowance }
    if (known !== undefined && splat.isMixed !== true) {
      allowed.push(known)
      continue
    }
    counted.push(splat)
    if (known !== undefined) withheld.push(known)
  }
  return { counted, allowed, withheld }
}

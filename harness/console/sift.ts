// Tells complaints that are known and allowed for now from those that count.
import type { Allowance } from '../kernel/definition/allowances.ts'
import type { Splat } from './splat.ts'

/** A complaint, and the entry that allows it. */
interface Known {
  readonly splat: Splat
  readonly allowance: Allowance
}

export interface Sifted {
  readonly counted: readonly Splat[]
  readonly allowed: readonly Known[]
  /** Those that an entry is for and that count all the same, since another complaint may be within them. */
  readonly withheld: readonly Known[]
}

/** The day in UTC, as allowances have it. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10)
}

function isExpired({ expires }: Allowance, today: string): boolean {
  return expires < today
}

/** What to say about the entries that have expired on a day (`dayOf`): nothing is allowed by them any more. */
export function expiryNotes(allowances: readonly Allowance[], today: string): string[] {
  return allowances
    .filter((allowance) => isExpired(allowance, today))
    .map(
      ({ match, expires, reason }) =>
        `'${match}' was allowed until ${expires}, and is not any more (${reason})`,
    )
}

/**
 * Sifts complaints on a day (`dayOf`): an entry allows a complaint through its last day, and not after it, and never one
 * in which another may be hidden.
 */
export function sift(splats: readonly Splat[], allowances: readonly Allowance[], today: string): Sifted {
  const entries = allowances
    .filter((allowance) => !isExpired(allowance, today))
    .map((allowance) => ({ allowance, expression: new RegExp(allowance.match) }))
  const counted: Splat[] = []
  const allowed: Known[] = []
  const withheld: Known[] = []
  for (const splat of splats) {
    const entry = entries.find(
      ({ expression }) => expression.test(splat.title) || expression.test(splat.said),
    )
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

// What a mutant claims: the scenarios that kill it, each by the check that must fail.
import { UsageError } from '../../base/errors.ts'
import type { Killer } from '../../report/events/mutant-events.ts'

/** A scenario fails on the mutant, by this check. */
export interface Claim {
  readonly scenario: string
  /** A part of the message of the failed check; `*` stands for any text. */
  readonly check: string
}

const line = /^Killed-by:[ \t]*(.*)$/gm
// Enough letters in a row to tell one check from another.
const says = /[^*]{4}/
const shape = /^([a-z0-9-]+): +(\S.*?)\s*$/

/**
 * Reads the lines `Killed-by: SCENARIO: CHECK` of a patch.
 * @throws {UsageError} MUTANT_INVALID for a line without a check, and for a patch that names a scenario twice
 */
export function readClaims(file: string, text: string): Claim[] {
  const claims = [...text.matchAll(line)].map(([, value = '']) => {
    const [, scenario, check] = shape.exec(value) ?? []
    if (scenario !== undefined && check !== undefined && says.test(check)) return { scenario, check }
    throw new UsageError('MUTANT_INVALID', `${file}: 'Killed-by: ${value}' does not name a scenario and its check`, {
      hint: 'write the line as `Killed-by: SCENARIO: a part of the message of the check that fails`',
    })
  })
  const names = claims.map(({ scenario }) => scenario)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice === undefined) return claims
  throw new UsageError('MUTANT_INVALID', `${file} names the scenario '${twice}' twice`, {
    hint: 'a scenario fails by its first failed check: keep one line',
  })
}

/** Tells whether a message has the text of a check. */
export function isCheck(check: string, message: string): boolean {
  let end = 0
  for (const part of check.split('*')) {
    const at = message.indexOf(part, end)
    if (at === -1) return false
    end = at + part.length
  }
  return true
}

/**
 * Lists the claims that the kills do not prove, each as a clause. A kill by another scenario proves none: neither does one by
 * another check, such as a crash of the agent or an expired deadline.
 */
export function unprovenClaims(claims: readonly Claim[], killers: readonly Killer[]): string[] {
  return claims.flatMap(({ scenario, check }) => {
    const killer = killers.find((one) => one.scenario === scenario)
    if (killer === undefined) return [`${scenario} did not fail`]
    return isCheck(check, killer.message)
      ? []
      : [`${scenario} failed by another check than '${check}': ${killer.message}`]
  })
}

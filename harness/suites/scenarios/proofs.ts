// Proofs: a scenario detects a bug if it kills a mutant with this bug.
import { allBugs, bugsWithoutMutant, isBugId } from '../../catalogue/bugs.ts'
import type { NamedScenario } from './load-scenarios.ts'

/** A mutant as a proof: each scenario that it names kills it by a check. */
export interface Proof {
  readonly mutant: string
  /** The series that it changes, unless that is the usual one. */
  readonly series?: string
  /** The bugs that the mutant has, by their numbers in the catalogue. */
  readonly bugs: readonly string[]
  readonly scenarios: readonly string[]
}

type Claimant = Pick<NamedScenario, 'name' | 'bugs'>

function proofsOf(id: string, proofs: readonly Proof[]): readonly Proof[] {
  return proofs.filter(({ bugs }) => bugs.includes(id))
}

/** Renders the mutants that show that the claims of a bug are true, or the reason for which there is none. */
export function shownBy(id: string, scenarios: readonly Claimant[], proofs: readonly Proof[]): string {
  const claimants = scenarios.filter(({ bugs }) => bugs.some((bug) => bug === id)).map(({ name }) => name)
  if (claimants.length === 0) return ''
  const reason = isBugId(id) ? bugsWithoutMutant[id] : undefined
  if (reason !== undefined) return `no mutant: ${reason}`
  const shown = proofsOf(id, proofs).flatMap(({ mutant, series, scenarios: killers }) => {
    const own = claimants.filter((name) => killers.includes(name)).length
    if (own === 0) return []
    const of = series === undefined ? '' : ` of ${series}`
    return [`\`${mutant}\`${of}${own === claimants.length ? '' : ` (${own} of ${claimants.length})`}`]
  })
  return shown.length > 0 ? shown.join(', ') : '**nothing**'
}

/** Lists what is wrong with the claims of scenarios and with their proofs: `make check` allows nothing. */
export function falseClaims(scenarios: readonly Claimant[], proofs: readonly Proof[]): string[] {
  const unproven = scenarios.flatMap(({ name, bugs }) =>
    bugs
      .filter((id) => bugsWithoutMutant[id] === undefined)
      .filter((id) => !proofsOf(id, proofs).some(({ scenarios: killers }) => killers.includes(name)))
      .map((id) => `the scenario ${name} claims to detect ${id}, and kills no mutant with this bug`),
  )
  const unknown = proofs.flatMap(({ mutant, bugs }) =>
    bugs.filter((id) => !isBugId(id)).map((id) => `the mutant ${mutant} names the bug ${id}, which does not exist`),
  )
  const unclaimed = proofs.flatMap(({ mutant, bugs, scenarios: killers }) =>
    bugs
      .filter((id) => isBugId(id) && bugsWithoutMutant[id] === undefined)
      .filter(
        (id) =>
          !scenarios.some((claimant) => killers.includes(claimant.name) && claimant.bugs.some((bug) => bug === id)),
      )
      .map((id) => `the mutant ${mutant} names the bug ${id}, and no scenario that kills it claims to detect it`),
  )
  const idle = allBugs()
    .filter(([id]) => bugsWithoutMutant[id] !== undefined)
    .flatMap(([id]) => {
      const [proof] = proofsOf(id, proofs)
      if (proof !== undefined) return [`${id} has a reason to have no mutant, and the mutant ${proof.mutant}`]
      return scenarios.some(({ bugs }) => bugs.includes(id))
        ? []
        : [`${id} has a reason to have no mutant, and no scenario`]
    })
  return [...unproven, ...unknown, ...unclaimed, ...idle]
}

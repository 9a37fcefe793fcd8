// Compares a catalogue of rules or bugs with the scenarios that cover its entries.
import type { NamedScenario } from './load-scenarios.ts'

export interface Catalogue<Id extends string> {
  readonly entries: readonly (readonly [Id, string])[]
  /** Lists the entries that a scenario covers. */
  readonly coveredBy: (scenario: NamedScenario) => readonly Id[]
  /** The entries that need no scenario, each with its reason. */
  readonly exempt: Readonly<Partial<Record<Id, string>>>
  /** The word in front of such a reason. */
  readonly exemption: string
  /** The Markdown above the table. */
  readonly heading: readonly string[]
  /** The names of the first two columns. */
  readonly columns: readonly [string, string]
}

/** Maps each entry to the names of the scenarios that cover it. */
export function scenariosBy<Id extends string>(
  { entries, coveredBy }: Catalogue<Id>,
  scenarios: readonly NamedScenario[],
): ReadonlyMap<Id, readonly string[]> {
  return new Map(
    entries.map(([id]) => [
      id,
      scenarios.filter((scenario) => coveredBy(scenario).includes(id)).map((scenario) => scenario.name),
    ]),
  )
}

/** Lists the entries that have neither a scenario nor an exemption: `make check` allows none. */
export function uncovered<Id extends string>(
  catalogue: Catalogue<Id>,
  scenarios: readonly NamedScenario[],
): Id[] {
  return [...scenariosBy(catalogue, scenarios)]
    .filter(([id, names]) => names.length === 0 && catalogue.exempt[id] === undefined)
    .map(([id]) => id)
}

/** Renders the table as Markdown. */
export function coverageTable<Id extends string>(
  catalogue: Catalogue<Id>,
  scenarios: readonly NamedScenario[],
): string {
  const { entries, exempt, exemption, heading, columns } = catalogue
  const names = scenariosBy(catalogue, scenarios)
  const cover = (id: Id): string => {
    const reason = exempt[id]
    const list = (names.get(id) ?? []).map((name) => `\`${name}\``).join(', ')
    return list || (reason === undefined ? '**none**' : `${exemption}: ${reason}`)
  }
  const rows = entries.map(([id, text]) => `| ${id} | ${text} | ${cover(id)} |`)
  const [first, second] = columns
  return [...heading, '', `| ${first} | ${second} | scenarios |`, '| --- | --- | --- |', ...rows, ''].join(
    '\n',
  )
}

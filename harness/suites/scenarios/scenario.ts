// A scenario: a title, the rules that it checks, its requirements on kernel and instance, and the check itself.
import { inspect } from 'node:util'
import { UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { plainProfile, type BootVariant, type Pools } from '../../vm/profile.ts'
import type { BugId } from '../../catalogue/bugs.ts'
import type { ScenarioContext } from '../../vocabulary/scenario-context.ts'
import type { Capability } from '../../catalogue/capabilities.ts'
import type { RuleId } from '../../catalogue/rules.ts'

export interface Scenario {
  /** The statement that must hold, one clause in the present tense: the description of the test point. */
  readonly title: string
  /** The rules that it checks (harness/catalogue/rules.ts). */
  readonly rules: readonly RuleId[]
  /** The bugs that it detects (harness/catalogue/bugs.ts). */
  readonly bugs: readonly BugId[]
  /** The capabilities that it requires of the kernel; without one, the scenario is a SKIP with the reason. */
  readonly needs: readonly Capability[]
  /** The number of huge pages that the pools of the instance must have; there may be more. */
  readonly pools: Pools
  /** The boot variants of the kernel: exactly these. */
  readonly boot: readonly BootVariant[]
  /** The deadline in seconds with hardware virtualisation; a factor makes it longer without. */
  readonly timeout: number
  readonly run: (context: ScenarioContext) => Promise<void>
}

/** A scenario as its file defines it: needs default to in-place conversion, the timeout to 10 s, the rest to nothing. */
export type ScenarioDefinition = Pick<Scenario, 'title' | 'rules' | 'run'> &
  Partial<Pick<Scenario, 'bugs' | 'needs' | 'boot' | 'timeout'>> & { readonly pools?: Partial<Pools> }

/**
 * Creates the default export of a file in tests/scenarios; the name of the file is the name of the scenario.
 * @throws {UsageError} SCENARIO_INVALID for mistakes that the compiler reports, because scenarios may run without it
 */
export function scenario(definition: ScenarioDefinition): Scenario {
  expectWellFormed(definition)
  return Object.freeze({
    title: definition.title,
    rules: Object.freeze([...definition.rules]),
    bugs: Object.freeze([...(definition.bugs ?? [])]),
    needs: Object.freeze([...(definition.needs ?? defaultNeeds)]),
    pools: Object.freeze({ ...plainProfile.pools, ...definition.pools }),
    boot: Object.freeze([...(definition.boot ?? [])]),
    timeout: definition.timeout ?? defaultTimeout,
    run: (context: ScenarioContext) => definition.run(context),
  })
}

const defaultNeeds: readonly Capability[] = ['in-place-conversion']
const defaultTimeout = 10
const lists = ['rules', 'bugs', 'needs', 'boot'] as const
const fields: readonly string[] = ['title', ...lists, 'pools', 'timeout', 'run']

function invalid(message: string, hint: string): UsageError {
  return new UsageError('SCENARIO_INVALID', message, { hint })
}

function expectWellFormed(definition: unknown): asserts definition is ScenarioDefinition {
  if (!isObject(definition)) {
    throw invalid(`scenario must get an object, got ${shown(definition)}`, 'write scenario({ title, rules, run })')
  }
  const strange = Object.keys(definition).find((field) => !fields.includes(field))
  if (strange !== undefined) {
    const [near] = nearest(strange, fields)
    const hint = near === undefined ? `the fields are ${fields.join(', ')}` : `write '${near}' instead`
    throw invalid(`there is no field '${strange}'`, hint)
  }
  for (const field of lists) {
    const given: unknown = definition[field]
    if (given !== undefined && !Array.isArray(given)) {
      throw invalid(`${field} must be a list, got ${shown(given)}`, `for example: ${field}: [${shown(given)}]`)
    }
    const odd: unknown = given?.find((item: unknown) => typeof item !== 'string')
    if (odd !== undefined) throw invalid(`${field} must be a list of names, got ${shown(odd)} in it`, examples[field])
  }
  const { title, rules, pools = {}, timeout = defaultTimeout, run } = definition
  if (!Array.isArray(rules) || rules.length === 0) {
    throw invalid('rules must name at least one rule, got none', 'gmemtest list --rules prints all rules')
  }
  if (typeof title !== 'string' || title.trim() === '') {
    throw invalid(
      title === undefined ? 'title is missing' : `title must be a text, got ${shown(title)}`,
      examples.title,
    )
  }
  if (typeof run !== 'function') {
    throw invalid(run === undefined ? 'run is missing' : `run must be a function, got ${shown(run)}`, examples.run)
  }
  if (typeof timeout !== 'number' || !Number.isFinite(timeout) || timeout <= 0) {
    throw invalid(`timeout must be a positive number of seconds, got ${shown(timeout)}`, 'for example: timeout: 30')
  }
  if (!isObject(pools) || Array.isArray(pools)) {
    throw invalid(`pools must be an object, got ${shown(pools)}`, "for example: pools: { '2M': 4 }")
  }
}

const examples = {
  title: "for example: title: 'a pinned page is not converted'",
  run: 'for example: async run({ memory }) { … }',
  rules: "for example: rules: ['S-A1']; gmemtest list --rules prints all rules",
  bugs: "for example: bugs: ['A-1']; gmemtest list --bugs prints all bugs",
  needs: "for example: needs: ['hugetlb']",
  boot: "for example: boot: ['hvo']",
} as const

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function shown(value: unknown): string {
  return inspect(value, { breakLength: Infinity })
}

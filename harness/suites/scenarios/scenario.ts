// What a scenario is: a title, the rules that it checks, what it needs from kernel and machine, and the check itself.
import { UsageError } from '../../base/errors.ts'
import type { HugePageSize } from '../../base/huge-page-sizes.ts'
import { nearest } from '../../base/nearest.ts'
import { plainProfile } from '../../vm/profile.ts'
import type { BootVariant, Pools } from '../../vm/profile.ts'
import type { BugId } from '../../catalogue/bugs.ts'
import type { ScenarioContext } from '../../vocabulary/scenario-context.ts'
import type { Capability } from '../../catalogue/capabilities.ts'
import type { RuleId } from '../../catalogue/rules.ts'

export interface Scenario {
  /** One sentence in the present tense that says what must be so: it becomes the description of the test point. */
  readonly title: string
  /** The rules that it checks (harness/catalogue/rules.ts). */
  readonly rules: readonly RuleId[]
  /** The bugs that it would notice (harness/catalogue/bugs.ts). */
  readonly bugs: readonly BugId[]
  /** What the kernel must have; without it the scenario is SKIPped with the reason. */
  readonly needs: readonly Capability[]
  /** How many huge pages must be in the pools of the guest; there may be more. */
  readonly pools: Pools
  /** How the kernel must be booted: with all of these variants, and with no other one. */
  readonly boot: readonly BootVariant[]
  /** The deadline in seconds with hardware virtualisation; without it, a factor makes it longer. */
  readonly timeout: number
  readonly run: (context: ScenarioContext) => Promise<void>
}

/** A scenario as its file gives it: needs default to in-place conversion, the timeout to 10 s, the rest to nothing. */
export interface ScenarioDefinition {
  readonly title: string
  readonly rules: readonly RuleId[]
  readonly bugs?: readonly BugId[]
  readonly needs?: readonly Capability[]
  readonly pools?: Readonly<Partial<Record<HugePageSize, number>>>
  readonly boot?: readonly BootVariant[]
  readonly timeout?: number
  run(context: ScenarioContext): Promise<void>
}

/**
 * Makes the default export of a file in tests/scenarios; the file's name is the scenario's name.
 * @throws {UsageError} SCENARIO_INVALID for what the compiler would say, where nobody asks it
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

function expectWellFormed(definition: ScenarioDefinition): void {
  const strange = Object.keys(definition).find((field) => !fields.includes(field))
  if (strange !== undefined) {
    const [near] = nearest(strange, fields)
    const hint = near === undefined ? `the fields are ${fields.join(', ')}` : `did you mean '${near}'?`
    throw invalid(`there is no field '${strange}'`, hint)
  }
  for (const field of lists) {
    const given: unknown = definition[field]
    if (given !== undefined && !Array.isArray(given)) {
      throw invalid(
        `${field} must be a list, got ${JSON.stringify(given)}`,
        `for example: ${field}: [${JSON.stringify(given)}]`,
      )
    }
  }
  const { rules = [], timeout = defaultTimeout } = definition as Partial<ScenarioDefinition>
  if (rules.length === 0) {
    throw invalid('rules must name at least one rule, got none', 'gmemtest list --rules prints all rules')
  }
  if (!(timeout > 0)) {
    throw invalid(`timeout must be a positive number of seconds, got ${timeout}`, 'for example: timeout: 30')
  }
}

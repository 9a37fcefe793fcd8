// What a scenario is: a title, the rules that it checks, what it needs from the kernel, and the check itself.
import type { ScenarioContext } from './context.ts'
import type { Need } from './needs.ts'
import type { RuleId } from './rules.ts'

export interface Scenario {
  /** One sentence in the present tense that says what must be so: it becomes the description of the test point. */
  readonly title: string
  /** The rules that it checks (harness/scenario/rules.ts). */
  readonly rules: readonly RuleId[]
  /** What the kernel must have; without it the scenario is SKIPped with the reason. */
  readonly needs: readonly Need[]
  /** The deadline in seconds with hardware virtualisation; without it, a factor makes it longer. */
  readonly timeout: number
  readonly run: (context: ScenarioContext) => Promise<void>
}

/** A scenario as its file gives it: needs default to in-place conversion, the timeout to 10 s. */
export interface ScenarioDefinition {
  readonly title: string
  readonly rules: readonly RuleId[]
  readonly needs?: readonly Need[]
  readonly timeout?: number
  run(context: ScenarioContext): Promise<void>
}

/** Makes the default export of a file in tests/scenarios; the file's name is the scenario's name. */
export function scenario(definition: ScenarioDefinition): Scenario {
  return Object.freeze({
    title: definition.title,
    rules: Object.freeze([...definition.rules]),
    needs: Object.freeze([...(definition.needs ?? defaultNeeds)]),
    timeout: definition.timeout ?? defaultTimeout,
    run: (context: ScenarioContext) => definition.run(context),
  })
}

const defaultNeeds: readonly Need[] = ['in-place-conversion']
const defaultTimeout = 10

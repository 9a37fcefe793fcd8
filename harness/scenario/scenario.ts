// What a scenario is: a title, the rules that it checks, what it needs from kernel and machine, and the check itself.
import type { HugePageSize } from '../project/huge-pages.ts'
import { plainProfile } from '../vm/profile.ts'
import type { BootVariant, Pools } from '../vm/profile.ts'
import type { BugId } from './bugs.ts'
import type { ScenarioContext } from './context.ts'
import type { Need } from './needs.ts'
import type { RuleId } from './rules.ts'

export interface Scenario {
  /** One sentence in the present tense that says what must be so: it becomes the description of the test point. */
  readonly title: string
  /** The rules that it checks (harness/scenario/rules.ts). */
  readonly rules: readonly RuleId[]
  /** The bugs that it would notice (harness/scenario/bugs.ts). */
  readonly bugs: readonly BugId[]
  /** What the kernel must have; without it the scenario is SKIPped with the reason. */
  readonly needs: readonly Need[]
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
  readonly needs?: readonly Need[]
  readonly pools?: Readonly<Partial<Record<HugePageSize, number>>>
  readonly boot?: readonly BootVariant[]
  readonly timeout?: number
  run(context: ScenarioContext): Promise<void>
}

/** Makes the default export of a file in tests/scenarios; the file's name is the scenario's name. */
export function scenario(definition: ScenarioDefinition): Scenario {
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

const defaultNeeds: readonly Need[] = ['in-place-conversion']
const defaultTimeout = 10

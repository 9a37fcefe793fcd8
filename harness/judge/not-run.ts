// The verdicts on scenarios that never ran: the kernel lacks something, the machine does, or there is no machine.
import { BootError, messageOf, ProtocolError } from '../base/errors.ts'
import { lackOf } from '../instance/boot-check.ts'
import type { BootFacts } from '../instance/boot-check.ts'
import { diagnoseNotRun } from './diagnostic.ts'
import type { NamedScenario } from '../suites/scenarios/load-scenarios.ts'
import { missingCapabilities, needs } from '../catalogue/capabilities.ts'
import type { Capability } from '../catalogue/capabilities.ts'
import type { RunnerOptions, ScenarioFinished } from '../run/run-options.ts'

/** What is said about the end of a scenario. */
export type Finished = Omit<ScenarioFinished, 'type' | 'name' | 'title'>

type Words = Pick<RunnerOptions, 'expectSkips' | 'kernel' | 'again'>

/** The verdict on a scenario that needs what the kernel lacks; nothing if it lacks nothing that is known. */
export function kernelLacks(
  scenario: NamedScenario,
  available: ReadonlySet<Capability> | undefined,
  { expectSkips, kernel, again }: Words,
): Finished | undefined {
  const missing = available === undefined ? [] : missingCapabilities(scenario.needs, available)
  if (missing.length === 0) return undefined
  const reason = missing.map((need) => needs[need]).join('; ')
  const unexpected = missing.filter((need) => !expectSkips.includes(need))
  if (unexpected.length === 0) return { verdict: 'SKIP', milliseconds: 0, reason }
  const message = `${reason}; the definition of ${kernel} does not expect that (expectSkips lacks ${unexpected.join(', ')})`
  const diagnostic = diagnoseNotRun(scenario, undefined, { message, again: again(scenario.name) })
  return { verdict: 'FAIL', milliseconds: 0, beforehand: true, diagnostic }
}

/** The verdict on a scenario that wants what the machine has not; nothing if it has all of it, or nobody has looked. */
export function instanceLacks(
  scenario: NamedScenario,
  facts: BootFacts | undefined,
  { again }: Words,
): Finished | undefined {
  const message = facts === undefined ? undefined : lackOf(scenario, facts)
  if (message === undefined) return undefined
  const diagnostic = diagnoseNotRun(scenario, undefined, { message, again: again(scenario.name) })
  return { verdict: 'ERROR', milliseconds: 0, diagnostic }
}

/** The verdict on a scenario whose machine does not come up, because of `error`. */
export function notBooted(scenario: NamedScenario, error: unknown, { again }: Words): Finished {
  const verdict = verdictOfBoot(error)
  const judged = { message: messageOf(error), again: again(scenario.name) }
  return { verdict, milliseconds: 0, beforehand: true, diagnostic: diagnoseNotRun(scenario, error, judged) }
}

/** Whose fault it is decides: a kernel that does not come up has failed, a machine that cannot boot it has not. */
export function verdictOfBoot(error: unknown): 'FAIL' | 'ERROR' | 'MISS' {
  if (error instanceof BootError) return 'FAIL'
  return error instanceof ProtocolError ? 'ERROR' : 'MISS'
}

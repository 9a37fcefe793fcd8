// Loads and checks scenario files.
import { pathToFileURL } from 'node:url'
import { Console } from 'node:console'
import { withDeadline } from '../../base/deadline.ts'
import { UsageError } from '../../base/errors.ts'
import { loadable } from '../../base/paths.ts'
import { watched } from '../../run/stall-watch.ts'
import { watchUncaught } from '../../run/uncaught-watch.ts'
import { invalidExport, notLoaded } from './load-failure.ts'
import { offerApi } from './own-api.ts'
import { doubleName, type ScenarioFile } from './scenario-files.ts'
import type { Scenario } from './scenario.ts'

/** A scenario with the name that its file gives it. */
export interface NamedScenario extends Scenario, ScenarioFile {}

/** A file that is no scenario. */
export interface BrokenScenario extends ScenarioFile {
  readonly error: UsageError
}

/** A file may wait for something at its top level; most take a few milliseconds. */
const loadMilliseconds = 30_000

/**
 * Loads scenarios, in the order of their files, each on its own: a file that is no scenario does not concern the others.
 * From then on, `console` prints on the standard error.
 * @throws the reason of `signal`
 */
export async function loadEachScenario(
  files: readonly ScenarioFile[],
  signal: AbortSignal = new AbortController().signal,
): Promise<(NamedScenario | BrokenScenario)[]> {
  // Output of a scenario for debugging must not become a part of the report on stdout.
  globalThis.console = new Console(process.stderr)
  offerApi()
  const loaded: (NamedScenario | BrokenScenario)[] = []
  // One after the other takes no longer, and a file that blocks concerns no other.
  for (const found of files) {
    try {
      loaded.push({ ...(await load(found, signal)), ...found })
    } catch (error) {
      signal.throwIfAborted()
      loaded.push({ ...found, error: error instanceof UsageError ? error : await notLoaded(found.file, error) })
    }
  }
  return loaded
}

/**
 * Loads scenarios as `loadEachScenario` does, when all of them are needed.
 * @throws {UsageError} SCENARIO_INVALID when a file is not a scenario
 */
export async function loadScenarios(files: readonly ScenarioFile[]): Promise<NamedScenario[]> {
  return (await loadEachScenario(files)).map((scenario) => {
    if ('error' in scenario) throw scenario.error
    return scenario
  })
}

/** @throws {UsageError} SCENARIO_INVALID */
async function load(found: ScenarioFile, signal: AbortSignal): Promise<Scenario> {
  // Late: names are looked up before the first instance boots, and scenarios are loaded while it boots.
  const { isScenario, problemsOf } = await import('./validate.ts')
  const { file } = found
  if (found.double !== undefined) throw doubleName(found)
  const limit = { stage: 'loading it', milliseconds: loadMilliseconds, signal }
  using uncaught = watchUncaught(found.name)
  const module: unknown = await withDeadline(limit, () =>
    Promise.race([watched(found.name, () => import(pathToFileURL(loadable(file)).href)), uncaught.thrown]),
  ).catch(async (cause: unknown) => {
    signal.throwIfAborted()
    throw await notLoaded(file, cause)
  })
  const scenario: unknown =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
  if (!isScenario(scenario)) {
    throw await invalidExport(file, 'is not a scenario', 'its default export must be scenario({ title, rules, run })')
  }
  const problems = problemsOf(scenario)
  if (problems.length === 0) return scenario
  const hint = 'docs/scenarios.md lists what a scenario may say about itself'
  throw await invalidExport(file, `is invalid: ${problems.join('; ')}`, hint)
}

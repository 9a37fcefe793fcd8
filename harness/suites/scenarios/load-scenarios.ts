// Loads and checks scenario files.
import { pathToFileURL } from 'node:url'
import { Console } from 'node:console'
import { messageOf, UsageError } from '../../base/errors.ts'
import { inProject } from '../../base/paths.ts'
import type { ScenarioFile } from './scenario-files.ts'
import type { Scenario } from './scenario.ts'

/** A scenario with the name that its file gives it. */
export interface NamedScenario extends Scenario, ScenarioFile {}

const api = inProject('harness/api.ts')

function notLoaded(file: string, cause: unknown): UsageError {
  if (cause instanceof UsageError) {
    const { hint } = cause
    return new UsageError(cause.code, `${file}: ${cause.message}`, { cause, ...(hint === undefined ? {} : { hint }) })
  }
  const isLost = /Cannot find module '.*harness\/api\.ts'/.test(messageOf(cause))
  const hint = isLost ? `import from '${api}', the api of this gmemtest` : String(cause)
  return new UsageError('SCENARIO_INVALID', `${file} cannot be loaded`, { cause, hint })
}

/**
 * Loads scenarios, in the order of their files. From then on, `console` prints on the standard error.
 * @throws {UsageError} SCENARIO_INVALID when a file is not a scenario
 */
export async function loadScenarios(files: readonly ScenarioFile[]): Promise<NamedScenario[]> {
  // Late: names are looked up before the first instance boots, and scenarios are loaded while it boots.
  const { isScenario, problemsOf } = await import('./validate.ts')
  // Output of a scenario for debugging must not become a part of the report on stdout.
  globalThis.console = new Console(process.stderr)
  return Promise.all(
    files.map(async (found) => {
      const { file } = found
      const module: unknown = await import(pathToFileURL(file).href).catch((cause: unknown) => {
        throw notLoaded(file, cause)
      })
      const scenario: unknown =
        typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
      if (!isScenario(scenario)) {
        throw new UsageError('SCENARIO_INVALID', `${file} is not a scenario`, {
          hint: 'its default export must be scenario({ title, rules, run })',
        })
      }
      const problems = problemsOf(scenario)
      if (problems.length > 0) {
        throw new UsageError('SCENARIO_INVALID', `${file}: ${problems.join('; ')}`, {
          hint: 'docs/scenarios.md lists what a scenario may say about itself',
        })
      }
      return { ...scenario, ...found }
    }),
  )
}

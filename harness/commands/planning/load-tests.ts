// The tests of scenarios, loaded late: the first instance comes up meanwhile.
import type { RunOptions } from '../../run/run-options.ts'
import type { Test } from '../../run/test.ts'
import type { ScenarioFile } from '../../suites/scenarios/scenario-files.ts'

/**
 * Loads scenarios as tests for a dialect; a file that is no scenario becomes a test that is refused.
 * @throws the reason of `signal`
 */
export async function loadTests(
  files: readonly ScenarioFile[],
  dialect: RunOptions['dialect'],
  signal: AbortSignal,
): Promise<Test[]> {
  const [{ loadEachScenario }, { scenarioTest }] = await Promise.all([
    import('../../suites/scenarios/load-scenarios.ts'),
    import('../../suites/scenarios/scenario-test.ts'),
  ])
  const scenarios = await loadEachScenario(files, signal)
  return scenarios.map((scenario) => scenarioTest(scenario, dialect))
}

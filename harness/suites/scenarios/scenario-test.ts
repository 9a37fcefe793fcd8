// A scenario as the runner sees it.
import { scenarioSuite } from './scenario-files.ts'
import type { Test } from '../../run/test.ts'
import type { Dialect } from '../../uapi/dialect.ts'
import { createContext } from '../../vocabulary/create-context.ts'
import type { NamedScenario } from './load-scenarios.ts'

/** Makes the test that runs a scenario on a kernel of this dialect. */
export function scenarioTest(scenario: NamedScenario, dialect: Dialect): Test {
  const { name, title, file, rules, needs, pools, boot, timeout } = scenario
  return {
    suite: scenarioSuite,
    name,
    title,
    file,
    rules,
    requires: needs,
    wants: { pools, boot },
    seconds: timeout,
    leavesNothing: true,
    async run({ agent }, { expectLog }) {
      await scenario.run(createContext(agent, dialect, expectLog))
      return {}
    },
  }
}

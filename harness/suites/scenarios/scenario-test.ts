// A scenario as the runner sees it.
import { hugePageSizes } from '../../base/huge-page-sizes.ts'
import { absentIn } from '../../catalogue/capabilities.ts'
import { scopeOf } from '../../catalogue/rule-scopes.ts'
import { scenarioSuite } from './scenario-files.ts'
import type { Test } from '../../run/test.ts'
import { rulesFollowedBy, type Dialect } from '../../uapi/dialect.ts'
import { ConversionTimes } from '../../vocabulary/kernel/conversion-times.ts'
import { createContext } from '../../vocabulary/create-context.ts'
import { plainProfile } from '../../vm/profile.ts'
import type { BrokenScenario, NamedScenario } from './load-scenarios.ts'

/** Makes the test that runs a scenario on a kernel of this dialect; the test of a file that is no scenario is refused. */
export function scenarioTest(scenario: NamedScenario | BrokenScenario, dialect: Dialect): Test {
  if ('error' in scenario) return brokenTest(scenario)
  const { name, title, file, rules, bugs, needs, pools, boot, timeout } = scenario
  return {
    suite: scenarioSuite,
    name,
    title,
    file,
    rules: rules.filter((id) => scopeOf(id, rulesFollowedBy(dialect)).kind !== 'absent'),
    bugs,
    requires: needs,
    // Files of huge pages that the dialect does not have need no pools.
    wants: { pools: absentIn(dialect).includes('hugetlb') ? plainProfile.pools : pools, boot },
    seconds: timeout,
    leavesNothing: true,
    async run({ agent }, { available, expectLog }) {
      const hugePages = available.has('hugetlb') ? hugePageSizes.filter((size) => pools[size] > 0) : []
      const times = new ConversionTimes()
      await scenario.run(createContext(agent, { dialect, hugePages }, expectLog, times))
      return { conversions: times.summary() }
    },
  }
}

function brokenTest({ name, file, error }: BrokenScenario): Test {
  return {
    suite: scenarioSuite,
    name,
    title: '',
    file,
    rules: [],
    bugs: [],
    requires: [],
    wants: { pools: plainProfile.pools, boot: [] },
    seconds: 0,
    refusal: error,
    leavesNothing: false,
    run: () => Promise.reject(error),
  }
}

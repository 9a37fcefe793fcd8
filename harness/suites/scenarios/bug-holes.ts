// A bug of a series is looked for on kernels of the dialect of that series.
import type { NamedScenario } from './load-scenarios.ts'
import { allBugs, dialectOfBug, uncoveredBugs } from '../../catalogue/bugs.ts'
import { runsIn } from './runs-in.ts'

type Detecting = Pick<NamedScenario, 'bugs' | 'needs'>

/** Lists the bugs that scenarios detect, but none that runs in the dialect of the series that had the bug. */
export function bugHoles(scenarios: readonly Detecting[]): string[] {
  return allBugs().flatMap(([id, text]) => {
    const dialect = dialectOfBug(id)
    const own = scenarios.filter(({ bugs }) => bugs.includes(id))
    const isHole = uncoveredBugs[id] === undefined && own.length > 0 && !own.some((each) => runsIn(each, dialect))
    return isHole ? [`bug ${id} is one of the dialect ${dialect}, and no scenario detects it there: ${text}`] : []
  })
}

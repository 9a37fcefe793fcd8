// The dialects in which a scenario runs.
import type { NamedScenario } from './load-scenarios.ts'
import { absentIn } from '../../catalogue/capabilities.ts'
import type { RuleDialect } from '../../uapi/dialect.ts'

/** Tells whether a scenario runs on kernels of a dialect, if they have all that the dialect may have. */
export function runsIn({ needs }: Pick<NamedScenario, 'needs'>, dialect: RuleDialect): boolean {
  const absent = absentIn(dialect)
  return !needs.some((need) => absent.includes(need))
}

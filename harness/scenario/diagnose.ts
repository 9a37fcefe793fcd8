// What a report says about a scenario that did not pass: enough to understand it, and to run it again.
import { GmemtestError } from '../project/errors.ts'
import type { Diagnostic } from '../project/events.ts'
import type { Attempt } from './attempt.ts'
import { CheckFailure, scenarioLine } from './check.ts'
import type { NamedScenario } from './load.ts'

const mostOperations = 12
const mostConsoleLines = 30

/** The diagnostic of an attempt that was judged with `message`. */
export function diagnose(
  scenario: NamedScenario,
  result: Attempt,
  judged: { readonly message: string; readonly again: string },
): Diagnostic {
  const thrown = result.thrown?.value
  const at = thrown instanceof CheckFailure ? thrown.at : scenarioLine(stackOf(thrown))
  return {
    message: judged.message,
    rules: scenario.rules,
    operations: result.operations.slice(-mostOperations),
    ...(thrown instanceof CheckFailure && thrown.compared
      ? { wanted: thrown.wanted, found: thrown.found }
      : {}),
    ...(at === undefined ? {} : { at }),
    console: consoleExcerpt(result),
    again: judged.again,
  }
}

/** The diagnostic of a scenario that never ran. */
export function diagnoseNotRun(
  scenario: NamedScenario,
  error: unknown,
  judged: { readonly message: string; readonly again: string },
): Diagnostic {
  return {
    message: judged.message,
    rules: scenario.rules,
    operations: [],
    console: error instanceof GmemtestError ? error.tail.slice(-mostConsoleLines) : [],
    again: judged.again,
  }
}

/** The first complaint of the kernel if there is one, else the last lines. */
function consoleExcerpt(result: Attempt): readonly string[] {
  const [complaint] = result.complaints
  return complaint === undefined
    ? result.console.slice(-mostConsoleLines)
    : complaint.lines.slice(0, mostConsoleLines)
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '') : ''
}

// What a report says about a scenario that did not pass: enough to understand it, and to run it again.
import path from 'node:path'
import { GmemtestError } from '../base/errors.ts'
import type { Diagnostic } from '../report/events.ts'
import { inProject } from '../base/paths.ts'
import type { Attempt } from './attempt.ts'
import { CheckFailure } from '../vocabulary/check.ts'
import type { NamedScenario } from '../suites/scenarios/load-scenarios.ts'

const mostOperations = 12
const mostConsoleLines = 30

/** The diagnostic of an attempt that was judged with `message`. */
export function diagnose(
  scenario: NamedScenario,
  result: Attempt,
  judged: { readonly message: string; readonly again: string },
): Diagnostic {
  const thrown = result.thrown?.value
  const at = lineIn(scenario.file, thrown)
  return {
    message: judged.message,
    rules: scenario.rules,
    operations: result.operations.slice(-mostOperations),
    ...(thrown instanceof CheckFailure && thrown.compared
      ? { wanted: thrown.wanted, found: thrown.found }
      : {}),
    ...(at === undefined ? {} : { at }),
    ...(result.hang === undefined ? {} : { seen: result.hang.details }),
    ...(result.trace.length === 0 ? {} : { trace: result.trace }),
    ...(result.vmcore === undefined ? {} : { vmcore: result.vmcore }),
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

/** The first complaint of the kernel, if it has one and has gone on; else the last lines. */
function consoleExcerpt(result: Attempt): readonly string[] {
  const [splat] = [...result.splats, ...result.earlierSplats]
  return splat === undefined || result.death !== undefined || result.hang !== undefined
    ? result.console.slice(-mostConsoleLines)
    : splat.lines.slice(0, mostConsoleLines)
}

/** Where in the file of the scenario an error came from: `tests/scenarios/NAME.ts:LINE`. */
function lineIn(file: string, error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const frame of stack.split('\n')) {
    const start = frame.indexOf(file)
    const line = start === -1 ? undefined : /^:(\d+)/.exec(frame.slice(start + file.length))?.[1]
    if (line !== undefined) return `${path.relative(inProject(), file)}:${line}`
  }
  return undefined
}

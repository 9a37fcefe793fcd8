// The reasons of a failure as named fields: the YAML block of TAP, and the text of the other formats.
import { differenceOf } from './difference.ts'
import type { TestFinished } from './events.ts'
import { plainText, plainValue } from './plain.ts'

/**
 * Returns the fields for a test that did not pass; all texts are one line each, without hidden characters. `diff` is the
 * difference of the values where the diagnostic does not have all of them.
 */
export function diagnosticFields({
  verdict,
  milliseconds,
  diagnostic,
  retried,
  because,
  diff,
  repeated,
}: Pick<TestFinished, 'verdict' | 'milliseconds' | 'diagnostic' | 'retried' | 'because'> & {
  readonly diff?: string
  readonly repeated?: string
}): Record<string, unknown> {
  if (diagnostic === undefined) return { verdict }
  const values =
    'wanted' in diagnostic || 'found' in diagnostic
      ? {
          wanted: plainValue(diagnostic.wanted),
          found: plainValue(diagnostic.found),
          diff: diff ?? differenceOf(diagnostic.wanted, diagnostic.found),
        }
      : {}
  const { at, rules, operations, output = [], seen, trace, vmcore, again } = diagnostic
  // The diagnostic of a scenario has rules and operations, that of a program has output.
  const isProgram = rules.length === 0
  const lines = operations.map(plainText)
  return {
    ...(at === undefined ? {} : { at: plainText(at) }),
    verdict,
    // Not `message`: readers of TAP take that for the description.
    problem: plainText(diagnostic.message),
    ...(retried === undefined ? {} : { first_try: plainText(retried) }),
    ...(because === undefined ? {} : { because: plainText(because) }),
    ...(repeated === undefined ? {} : { when_repeated: repeated }),
    ...(isProgram ? {} : { rules: rules.map(plainText), operation: lines.at(-1) ?? 'none' }),
    ...values,
    ...(isProgram ? { output: output.map(plainText) } : { operations: lines }),
    ...(seen === undefined ? {} : { seen: seen.map(plainText) }),
    ...(trace === undefined ? {} : { trace: trace.map(plainText) }),
    ...(vmcore === undefined ? {} : { vmcore: plainText(vmcore) }),
    console: diagnostic.console.map(plainText),
    duration_ms: Math.round(milliseconds),
    again: plainText(again),
  }
}

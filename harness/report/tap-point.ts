// The test point of one test in TAP 14, with its YAML block.
import { differenceOf } from './difference.ts'
import type { TestFinished } from './events.ts'
import { plainText, plainValue } from './plain.ts'
import type { TapOutput } from './tap-output.ts'

/** Returns the description of a test point; a program has no title. */
export function descriptionOf({ name, title }: TestFinished): string {
  return title === '' ? name : `${name}: ${title}`
}

/** Writes the test point of a test. */
export async function writePoint(tap: TapOutput, event: TestFinished): Promise<void> {
  const { name, verdict, milliseconds, reason = 'no reason was given' } = event
  const description = descriptionOf(event)
  for (const text of event.allowed ?? []) await tap.comment(`${name}: ${text}`)
  // A point that is ok has no YAML block.
  const isOk = verdict === 'PASS' || verdict === 'SKIP'
  if (isOk && event.retried !== undefined) await tap.comment(secondTry(name, event.retried))
  switch (verdict) {
    case 'PASS':
      return tap.pass(description, { milliseconds })
    case 'SKIP':
      return tap.pass(description, { skip: reason })
    case 'FAIL':
    case 'ERROR':
    case 'MISS':
      return tap.fail(description, diagnosticFields(event))
    default:
      verdict satisfies never
  }
}

function secondTry(name: string, reason: string): string {
  return `${name} ran a second time, since the first try was in vain: ${reason}`
}

/** Returns the fields of the YAML block. */
function diagnosticFields({ verdict, milliseconds, diagnostic, retried }: TestFinished): Record<string, unknown> {
  if (diagnostic === undefined) return { verdict }
  const values =
    'wanted' in diagnostic || 'found' in diagnostic
      ? {
          wanted: plainValue(diagnostic.wanted),
          found: plainValue(diagnostic.found),
          diff: differenceOf(diagnostic.wanted, diagnostic.found),
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

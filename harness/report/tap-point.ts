// The test point of one test in TAP 14, with its YAML block.
import type { Minimal as TapStream } from 'tap'
import { differenceOf } from './difference.ts'
import type { TestFinished } from './events.ts'
import { plainText, plainValue } from './plain.ts'

/** Returns the description of a test point; a program has no title. */
export function descriptionOf({ name, title }: TestFinished): string {
  return title === '' ? name : `${name}: ${plainText(title)}`
}

/** Writes the test point of a test. */
export function writePoint(tap: TapStream, event: TestFinished): void {
  const description = descriptionOf(event)
  const time = Math.max(1, Math.round(event.milliseconds))
  for (const text of event.allowed ?? []) tap.comment(`${event.name}: ${plainText(text)}`)
  // A point that is ok has no YAML block.
  const isOk = event.verdict === 'PASS' || event.verdict === 'SKIP'
  if (isOk && event.retried !== undefined) tap.comment(secondTry(event.name, event.retried))
  switch (event.verdict) {
    case 'PASS':
      tap.pass(description, { time })
      return
    case 'SKIP':
      tap.pass(description, { skip: plainText(event.reason ?? 'no reason was given') })
      return
    case 'FAIL':
    case 'ERROR':
    case 'MISS':
      tap.fail(description, diagnosticFields(event))
      return
    default:
      event.verdict satisfies never
  }
}

function secondTry(name: string, reason: string): string {
  return `${name} ran a second time, since the first try was in vain: ${plainText(reason)}`
}

/** Returns the fields of the YAML block; `at` is never left to tap, which would name this file. */
function diagnosticFields({ verdict, milliseconds, diagnostic, retried }: TestFinished): Record<string, unknown> {
  if (diagnostic === undefined) return { at: null, verdict }
  const values =
    'wanted' in diagnostic || 'found' in diagnostic
      ? {
          wanted: plainValue(diagnostic.wanted),
          found: plainValue(diagnostic.found),
          // With a diff of ours, tap keeps wanted and found instead of replacing them by its own.
          diff: differenceOf(diagnostic.wanted, diagnostic.found),
        }
      : {}
  const { rules, operations, output = [] } = diagnostic
  // The diagnostic of a scenario has rules and operations, that of a program has output.
  const isProgram = rules.length === 0
  return {
    at: diagnostic.at ?? null,
    verdict,
    // tap removes a field called `message`.
    problem: plainText(diagnostic.message),
    ...(retried === undefined ? {} : { first_try: plainText(retried) }),
    ...(isProgram ? {} : { rules: [...rules], operation: operations.at(-1) ?? 'none' }),
    ...values,
    ...(isProgram ? { output: output.map(plainText) } : { operations: operations.map(plainText) }),
    ...(diagnostic.seen === undefined ? {} : { seen: diagnostic.seen.map(plainText) }),
    ...(diagnostic.trace === undefined ? {} : { trace: diagnostic.trace.map(plainText) }),
    ...(diagnostic.vmcore === undefined ? {} : { vmcore: plainText(diagnostic.vmcore) }),
    console: diagnostic.console.map(plainText),
    duration_ms: Math.round(milliseconds),
    again: diagnostic.again,
  }
}

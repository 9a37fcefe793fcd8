// The test point of one test in TAP 14, with its YAML block.
import { expectedReason, isExpected, newProblem } from '../meaning/change.ts'
import { diagnosticFields } from '../diagnostic-fields.ts'
import type { TestFinished } from '../events.ts'
import { plainText } from '../plain.ts'
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
  if (isOk && event.retried !== undefined) await tap.comment(retry(name, event.retried))
  const problem = newProblem(event)
  if (problem !== undefined) return tap.fail(description, { verdict, problem: plainText(problem) })
  switch (verdict) {
    case 'PASS':
      return tap.pass(description, { milliseconds })
    case 'SKIP':
      return tap.pass(description, { skip: reason })
    case 'FAIL':
    case 'ERROR':
    case 'MISS':
      // The directive TODO makes readers of TAP count a failure as expected.
      return tap.fail(description, diagnosticFields(event), isExpected(event) ? expectedReason(event) : undefined)
    default:
      verdict satisfies never
  }
}

function retry(name: string, reason: string): string {
  return `${name} was tried again: ${reason}`
}

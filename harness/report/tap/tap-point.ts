// The test point of one test in TAP 14, with its YAML block.
import { diagnosticFields } from '../diagnostic-fields.ts'
import type { TestFinished } from '../events.ts'
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
      return tap.fail(description, diagnosticFields(event), event.change === 'known' ? knownReason : undefined)
    default:
      verdict satisfies never
  }
}

/** The directive TODO makes readers of TAP count a failure as expected. */
const knownReason = 'the baseline has this failure'

function secondTry(name: string, reason: string): string {
  return `${name} ran a second time, since the first try was in vain: ${reason}`
}

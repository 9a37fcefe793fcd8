// Results that their subtests or their directives contradict.
import type { Draft } from './draft.ts'
import { isFailure, type KtapTest, type Problem } from './tree.ts'

/** Finds the contradictions of a test that says `ok`. */
export function contradictionsIn(test: KtapTest, result: Draft['result']): Omit<Problem, 'test'>[] {
  if (result?.ok !== true) return []
  const { line, directive } = result
  const below = [...test.tests, ...(test.quoted ?? [])]
  const failures = below.filter(isFailure).length
  const isEnded = directive === 'TIMEOUT' || directive === 'ERROR'
  return [
    ...(failures > 0 ? [{ line, problem: `it says ok, but ${failures} of its subtests did not pass` }] : []),
    ...(isEnded ? [{ line, problem: `it says ok, but also ${directive}` }] : []),
  ]
}

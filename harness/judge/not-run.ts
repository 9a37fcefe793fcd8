// The verdicts on tests that never ran: the kernel or the instance lacks something, or no instance came up.
import { BuildError, GmemtestError, messageOf, UsageError } from '../base/errors.ts'
import { reasonOf, type Capability } from '../catalogue/capabilities.ts'
import { lackOf, type BootFacts } from '../instance/boot-check.ts'
import type { Diagnostic } from '../report/events.ts'
import { consoleLines, lineIn } from './diagnostic.ts'
import type { Finished, JudgeFacts, Subject } from './facts.ts'
import { skipped, verdictOfRefusal } from './verdict.ts'

/** Returns the verdict on a test whose capabilities the kernel lacks; undefined when it has them, or is not known yet. */
export function kernelLacks(
  test: Subject,
  available: ReadonlySet<Capability> | undefined,
  facts: JudgeFacts,
): Finished | undefined {
  const missing = test.requires.filter((name) => available?.has(name) === false)
  if (missing.length === 0) return undefined
  const reason = reasonOf(missing)
  const { verdict, message } = skipped(reason, missing, facts)
  if (verdict === 'SKIP') return { verdict, milliseconds: 0, reason }
  return { ...notRun(test, { verdict, message }, facts), beforehand: true }
}

/** Returns the verdict on a test whose wishes the instance does not fulfil; undefined when it does, or is not known yet. */
export function instanceLacks(test: Subject, booted: BootFacts | undefined, facts: JudgeFacts): Finished | undefined {
  const message = booted === undefined ? undefined : lackOf(test.wants, booted)
  return message === undefined ? undefined : notRun(test, { verdict: 'ERROR', message }, facts)
}

/** Returns the verdict on a test that got no instance, or no program, because of `error`. */
export function refused(test: Subject, error: unknown, facts: JudgeFacts): Finished {
  const judged = { verdict: verdictOfRefusal(error), message: messageOf(error) }
  const tail = error instanceof GmemtestError ? error.tail : []
  // The author of the test made a mistake, and not the user who runs it.
  if (error === test.refusal && error instanceof UsageError) {
    const at = lineIn(test.file, error)
    const message = error.hint === undefined ? judged.message : `${judged.message} (hint: ${error.hint})`
    return notRun(test, { message, verdict: 'ERROR' }, facts, { console: [], ...(at === undefined ? {} : { at }) })
  }
  // The messages of a compiler are output of the test, and not of a console.
  if (error instanceof BuildError) return notRun(test, judged, facts, { output: tail, console: [] })
  return { ...notRun(test, judged, facts, { console: tail.slice(-consoleLines) }), beforehand: true }
}

function notRun(
  { name, rules }: Subject,
  { verdict, message }: Pick<Finished, 'verdict'> & { readonly message: string },
  { again }: JudgeFacts,
  seen: Pick<Diagnostic, 'at' | 'output' | 'console'> = { console: [] },
): Finished {
  return {
    verdict,
    milliseconds: 0,
    diagnostic: { message, rules, operations: [], ...seen, again: again(name) },
  }
}

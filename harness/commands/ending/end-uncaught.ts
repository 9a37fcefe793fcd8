// Ends the process for an exception that no code caught, unless it is the error of a running test.
import { exitCodes } from '../../base/errors.ts'
import { visibleText } from '../../base/visible-text.ts'
import { offerUncaught } from '../../run/uncaught-watch.ts'

/** Handles an uncaught exception: a bug of gmemtest or of a scenario, never a verdict on the kernel. */
export function endUncaught(error: unknown): void {
  const { isTaken, test } = offerUncaught(error)
  if (isTaken) return
  const who = test === undefined ? 'gmemtest or of a scenario' : visibleText(test)
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`gmemtest: a bug of ${who}: ${visibleText(text)}\n  hint: look for a missing await\n`)
  process.exit(exitCodes.couldNotRun)
}

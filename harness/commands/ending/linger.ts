// Ends a process that something keeps alive after the work: a scenario that leaves a timer or a connection open.
import { plainText } from '../../report/plain.ts'
import { leftOpen } from '../../run/test-context.ts'

/** Ends the process, and says what kept it alive. */
export function endLingering(): void {
  const known = leftOpen()
  const what = known.length > 0 ? known : [...new Set(process.getActiveResourcesInfo())]
  const text = plainText(`gmemtest: ended, although something was still open: ${what.join(', ')}`)
  process.stderr.write(`${text}\n`)
  process.exit()
}

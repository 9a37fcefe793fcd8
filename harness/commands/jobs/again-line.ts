// The command line that runs one test again, and no other test.
import { launcher } from '../../base/paths.ts'
import { shellLine } from '../../process/child.ts'

/** Returns the line for a test: `select` and the names of selftests take a whole name for that test alone. */
export function againLine(verb: string, flags: readonly string[], name: string): string {
  return shellLine(launcher(), [verb, ...flags, ...(name.startsWith('-') ? ['--'] : []), name])
}

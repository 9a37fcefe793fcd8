// What every verb is given, so that none of them touches the process itself.
import type { Writable } from 'node:stream'

/** The world of a verb. cli.ts makes the real one, tests make theirs. */
export interface CommandContext {
  /** Fires at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  readonly stdout: Writable
  readonly stderr: Writable
  /** Whether stderr is a terminal: progress and colour make sense. */
  readonly isTty: boolean
  /** Prints a failure that does not end the verb as the one that does would be printed. */
  readonly printError: (error: unknown) => void
  /** Makes an action for commander of one that answers with the exit code. */
  readonly exitsWith: <Arguments extends unknown[]>(
    action: (...args: Arguments) => Promise<number>,
  ) => (...args: Arguments) => Promise<void>
}

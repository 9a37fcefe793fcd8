// The environment of a verb: verbs do not touch the process itself.
import type { Writable } from 'node:stream'

/** The environment of a verb. `main` makes the real one, unit tests make fakes. */
export interface CommandContext {
  /** Fires at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  readonly stdout: Writable
  /** Takes progress, notices and the summary; with --quiet, it keeps nothing. */
  readonly stderr: Writable
  /** Takes what the user asked for, annotations of GitHub and the lines of --keep: the standard error also with --quiet. */
  readonly annotations: Writable
  /** stderr is a terminal, so that progress makes sense. */
  readonly isTty: boolean
  /** The summary may have colours. */
  readonly colour: boolean
  /** Prints a failure that does not end the verb, in the form of one that does. */
  readonly printError: (error: unknown) => void
  /** Makes an action for commander from a function that returns the exit code. */
  readonly exitsWith: <Arguments extends unknown[]>(
    action: (...args: Arguments) => Promise<number>,
  ) => (...args: Arguments) => Promise<void>
}

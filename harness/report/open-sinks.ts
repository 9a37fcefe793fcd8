// The reports of one job: where its events go, and what a report that broke means for the exit code.
import { createWriteStream } from 'node:fs'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { exitCodes } from '../base/errors.ts'
import type { MutantEvent, RunEvent, Sink } from './events.ts'
import { jsonLinesSink } from './jsonl.ts'
import { Sinks } from './sinks.ts'
import type { TerminalOptions } from './terminal.ts'
import { unwritable } from './results-directory.ts'
import { resultNames } from '../base/result-names.ts'

/** Where reports are written. */
export interface Streams {
  readonly stdout: Writable
  readonly stderr: Writable
  /** Whether `stderr` is a terminal. */
  readonly isTty: boolean
  readonly printError: (error: unknown) => void
}

export interface ReportingOptions<Event> {
  readonly context: Streams
  /** Where the results go. */
  readonly directory: string
  /** What a person sees. */
  readonly terminal: (options: TerminalOptions) => Sink<Event>
  /** The test points, on the standard output and in a file. */
  readonly tap: (output: Writable) => Sink<Event>
}

/**
 * Does the work of a job and reports the events that it emits. Answers with its exit code; when it would be `ok` and a
 * report is incomplete, it is `couldNotRun`.
 * @throws {InfraError} RESULTS_UNWRITABLE, NO_SPACE when there is nowhere to report to
 */
export async function reporting<Event extends RunEvent | MutantEvent>(
  options: ReportingOptions<Event>,
  work: (emit: (event: Event) => Promise<void>) => Promise<number>,
): Promise<number> {
  const sinks = await openSinks(options)
  let exitCode: number
  try {
    exitCode = await work((event) => sinks.write(event))
  } finally {
    await sinks.close()
  }
  // Not earlier: what a stream could not write of the last points shows only when it is closed.
  return exitCode === exitCodes.ok && sinks.failures.length > 0 ? exitCodes.couldNotRun : exitCode
}

async function openSinks<Event extends RunEvent | MutantEvent>(
  options: ReportingOptions<Event>,
): Promise<Sinks<Event>> {
  const { context, directory, terminal, tap } = options
  const { stderr: output, isTty } = context
  const file = (name: string): string => path.join(directory, name)
  const events = file(resultNames.events)
  const eventsSink = await jsonLinesSink(events).catch((cause: unknown) => {
    throw unwritable(events, directory, cause)
  })
  // The terminal comes first: it takes its line of progress away before a test point is written.
  const sinks = [
    { name: 'the terminal', sink: terminal({ output, isTty, directory }) },
    { name: 'the standard output', sink: tap(context.stdout) },
    { name: resultNames.tap, sink: tap(createWriteStream(file(resultNames.tap))), directory },
    { name: resultNames.events, sink: eventsSink, directory },
  ]
  return new Sinks<Event>(sinks, context.printError)
}

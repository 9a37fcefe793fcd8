// Opens the reports of one job, and accounts for broken reports in its exit code.
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { exitCodes } from '../base/errors.ts'
import type { ReportEvent, Sink } from './events.ts'
import { defaultReports, formats, type ReportTarget } from './formats.ts'
import { unwritable } from './results-directory.ts'
import { Sinks, type NamedSink } from './sinks.ts'

/** The streams of this process that reports are written to. */
export interface Streams {
  readonly stdout: Writable
  readonly stderr: Writable
  /** `stderr` is a terminal. */
  readonly isTty: boolean
  readonly printError: (error: unknown) => void
}

/**
 * Does the work of a job, and reports the events that it emits to the streams and into `directory`. Returns the exit code of
 * the work; `couldNotRun` instead of `ok` when a report is incomplete.
 * @throws {InfraError} RESULTS_UNWRITABLE, NO_SPACE when a report cannot be opened
 */
export async function reporting(
  streams: Streams,
  directory: string,
  work: (emit: (event: ReportEvent) => Promise<void>) => Promise<number>,
): Promise<number> {
  const opened = await Promise.all(defaultReports.map((target) => openSink(target, streams, directory)))
  const sinks = new Sinks(opened, streams.printError)
  let exitCode: number
  try {
    exitCode = await work((event) => sinks.write(event))
  } finally {
    await sinks.close()
  }
  // Not earlier: a failure to write the last points shows when the stream is closed.
  return exitCode === exitCodes.ok && sinks.failures.length > 0 ? exitCodes.couldNotRun : exitCode
}

const streamNames = { stdout: 'the standard output', stderr: 'the terminal' } as const

async function openSink({ format, to }: ReportTarget, streams: Streams, directory: string): Promise<NamedSink> {
  const factory = await formats[format]()
  if (typeof to === 'string') {
    const isTty = to === 'stderr' && streams.isTty
    return { name: streamNames[to], sink: factory(streams[to], { isTty, directory }) }
  }
  const file = path.join(directory, to.file)
  const handle = await open(file, 'w').catch((cause: unknown) => {
    throw unwritable(file, directory, cause)
  })
  const stream = handle.createWriteStream()
  return { name: to.file, sink: endingWith(stream, factory(stream, { isTty: false, directory })), directory }
}

/** Returns a sink that also ends its file. */
function endingWith(stream: Writable, sink: Sink): Sink {
  return {
    write: (event) => sink.write(event),
    async close() {
      await sink.close()
      stream.end()
      await finished(stream)
    },
  }
}

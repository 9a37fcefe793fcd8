// The reports of one job: where its events go, and what a report that broke means for the exit code.
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
  /** Whether `stderr` is a terminal. */
  readonly isTty: boolean
  readonly printError: (error: unknown) => void
}

/**
 * Does the work of a job and reports the events that it emits into `directory` and to the streams. Returns its exit code;
 * when that would be `ok` and a report is incomplete, it is `couldNotRun`.
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
  // Not earlier: what a stream could not write of the last points shows only when it is closed.
  return exitCode === exitCodes.ok && sinks.failures.length > 0 ? exitCodes.couldNotRun : exitCode
}

const streamNames = { stdout: 'the standard output', stderr: 'the terminal' } as const

async function openSink(
  { format, to }: ReportTarget,
  streams: Streams,
  directory: string,
): Promise<NamedSink> {
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

/** Makes the end of a sink the end of its file. */
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

// Opens the reports of one job, and accounts for broken reports in its exit code.
import path from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { exitCodes, InfraError, messageOf } from '../base/errors.ts'
import { openFile } from '../base/open-file.ts'
import { realPlace } from './stored/real-place.ts'
import type { ReportEvent } from './events.ts'
import type { RunHistory } from './html/plots/run-history.ts'
import type { ReproducerOf } from './html/reproducers.ts'
import { formats, wordOf, type FormatName } from './formats.ts'
import { unwritable } from './results-directory.ts'
import { Sinks, type NamedSink, type Sink, type SinkFactory } from './sinks.ts'
import { sharedText } from './tap/shared-text.ts'
import type { ReportTarget } from './targets.ts'

/** The streams of this process that reports are written to. */
export interface Streams {
  readonly stdout: Writable
  readonly stderr: Writable
  readonly annotations: Writable
  /** `stderr` is a terminal. */
  readonly isTty: boolean
  readonly colour: boolean
  readonly printError: (error: unknown) => void
  /** The run is over, and its events are only reported again. */
  readonly isStored?: boolean
  /** The earlier runs, if a store has them. */
  readonly history?: RunHistory | undefined
  /** Renders the programs of failed tests, if the results have them. */
  readonly reproducerOf?: ReproducerOf | undefined
}

/**
 * Does the work of a job, and reports the events that it emits to `targets`; their files are in `directory` unless they are
 * those of the user. Returns the exit code of the work; `couldNotRun` instead of `ok` when a report is incomplete. The work
 * is also done when a file of the user cannot be opened.
 * @throws {InfraError} RESULTS_UNWRITABLE, NO_SPACE when a report in the directory cannot be opened
 */
export async function reporting(
  streams: Streams,
  directory: string,
  targets: readonly ReportTarget[],
  work: (report: Report) => Promise<number>,
): Promise<number> {
  const unopened: InfraError[] = []
  const own = await placesIn(directory, targets)
  const factories = new Map<FormatName, Promise<SinkFactory>>()
  const opened = await Promise.all(
    targets.map(async (target) => {
      try {
        await refuseOwn(target, own)
        return [await openSink(target, streams, directory, factories)]
      } catch (error) {
        if (!(error instanceof ForeignFileError)) throw error
        unopened.push(error.reason)
        return []
      }
    }),
  )
  for (const error of unopened) streams.printError(error)
  const sinks = new Sinks(opened.flat(), streams.printError)
  let exitCode: number
  try {
    exitCode = await work({
      emit: (event) => sinks.write(event),
      watch: (event) => sinks.watch(event),
      pass: (line) => sinks.pass(line),
    })
  } finally {
    await sinks.close()
  }
  // Not earlier: a failure to write the last points shows when the stream is closed.
  const isBroken = unopened.length + sinks.failures.length > 0
  return exitCode === exitCodes.ok && isBroken ? exitCodes.couldNotRun : exitCode
}

/** What the work of a job reports to. */
export interface Report {
  readonly emit: (event: ReportEvent) => Promise<void>
  /** Takes an event when it happens, for progress, before `emit` gets it in its order. */
  readonly watch: (event: ReportEvent) => void
  /** Takes the line of an event that this version does not know. */
  readonly pass: (line: string) => Promise<void>
}

/** A file outside of the directory of results cannot be opened. */
class ForeignFileError extends Error {
  readonly reason: InfraError

  constructor(reason: InfraError) {
    super(reason.message)
    this.reason = reason
  }
}

const streamNames = {
  stdout: 'the standard output',
  stderr: 'the terminal',
  annotations: 'the standard error',
} as const

/** The formats whose text is the same on each stream: that of TAP goes to the standard output and to a file. */
const shared: ReadonlySet<FormatName> = new Set(['tap'])

async function loadFormat(format: FormatName): Promise<SinkFactory> {
  const factory = await formats[format]()
  return shared.has(format) ? sharedText(factory) : factory
}

async function openSink(
  { format, to }: ReportTarget,
  streams: Streams,
  directory: string,
  factories: Map<FormatName, Promise<SinkFactory>>,
): Promise<NamedSink> {
  const loaded = factories.get(format) ?? loadFormat(format)
  factories.set(format, loaded)
  const factory = await loaded
  const { isStored = false, colour, history, reproducerOf } = streams
  const common = { colour, directory, isStored, history, reproducerOf }
  if (typeof to === 'string') {
    const isTty = to === 'stderr' && streams.isTty
    return { name: streamNames[to], sink: factory(streams[to], { ...common, isTty }) }
  }
  const file = 'file' in to ? path.join(directory, to.file) : 'path' in to ? to.path : to.append
  const stream = await openFile(file, 'append' in to ? 'a' : 'w').catch((cause: unknown) => {
    if ('file' in to) throw unwritable(file, directory, cause)
    throw new ForeignFileError(cannotOpen(format, file, cause))
  })
  const sink = endingWith(stream, factory(stream, { ...common, isTty: false, colour: false }))
  return { name: 'file' in to ? to.file : file, sink, directory: path.dirname(file) }
}

/** Returns the places of the reports in the directory. */
async function placesIn(directory: string, targets: readonly ReportTarget[]): Promise<ReadonlySet<string>> {
  const files = targets.flatMap(({ to }) => (typeof to !== 'string' && 'file' in to ? [to.file] : []))
  return new Set(await Promise.all(files.map((file) => realPlace(path.join(directory, file)))))
}

/** Refuses a file of the user that is one of the results, also by the name of a link: two reports would write to it. */
async function refuseOwn({ format, to }: ReportTarget, own: ReadonlySet<string>): Promise<void> {
  if (typeof to === 'string' || !('path' in to) || !own.has(await realPlace(to.path))) return
  throw new ForeignFileError(cannotOpen(format, to.path, new Error('it is a file of the results')))
}

function cannotOpen(format: FormatName, file: string, cause: unknown): InfraError {
  return new InfraError('REPORT_FAILED', `cannot write the ${format} report to ${file}: ${messageOf(cause)}`, {
    cause,
    hint: `${otherPlace(format)}; after the run, gmemtest report makes it from its results`,
  })
}

function otherPlace(format: FormatName): string {
  return format === 'summary'
    ? 'let GITHUB_STEP_SUMMARY name a file that can be written'
    : `name another file: --report ${wordOf(format)}:FILE`
}

/** Returns a sink that also ends its file. */
function endingWith(stream: Writable, sink: Sink): Sink {
  return {
    ...sink,
    async close() {
      await sink.close()
      stream.end()
      await finished(stream)
    },
  }
}

// The sinks of events: each event goes to all of them in order. One that fails is dropped and remembered; the others continue.
import type { Writable } from 'node:stream'
import { InfraError, messageOf } from '../base/errors.ts'
import type { ReportEvent } from './events.ts'
import type { RunHistory } from './html/plots/run-history.ts'
import type { ReproducerOf } from './html/reproducers.ts'
import { isDiskFull, noSpaceLeft } from '../base/free-space.ts'

/** A report. A sink that throws fails the run but does not stop it. */
export interface Sink {
  write(event: ReportEvent): void | Promise<void>
  /** Takes an event when it happens, for progress; `write` gets it in its order later. */
  watch?(event: ReportEvent): void
  /** Takes the line of an event that this version does not know; without it, the sink passes over such events. */
  writeUnknown?(line: string): void | Promise<void>
  /** Called once after the last event, also when the run was aborted. */
  close(): Promise<void>
}

/** The facts that a sink depends on, beside its stream. */
interface SinkOptions {
  /** The stream is a terminal, so that progress makes sense. */
  readonly isTty: boolean
  /** The stream may have colours. */
  readonly colour?: boolean
  /** The directory of the results, for messages. */
  readonly directory: string
  /** The run is over: an event needs not be on the disk before the next one. */
  readonly isStored?: boolean
  /** The earlier runs, for formats with plots of them. */
  readonly history?: RunHistory | undefined
  /** Renders the programs of failed tests, for formats that show them. */
  readonly reproducerOf?: ReproducerOf | undefined
}

/** Makes the sink of a format on a stream. */
export type SinkFactory = (output: Writable, options: SinkOptions) => Sink

export interface NamedSink {
  /** The name in messages: "results.jsonl". */
  readonly name: string
  readonly sink: Sink
  /** The directory of its file, if it writes one. */
  readonly directory?: string
}

/** The sinks of one run as one. */
export class Sinks {
  #sinks: NamedSink[]
  readonly #onFailure: (error: InfraError) => void
  readonly #failures: InfraError[] = []
  #last: Promise<void> = Promise.resolve()

  /** `onFailure` is called at once for a sink that fails; the run continues without it. */
  constructor(sinks: readonly NamedSink[], onFailure: (error: InfraError) => void) {
    this.#sinks = [...sinks]
    this.#onFailure = onFailure
  }

  /** The failures so far: a run with a broken report is not a success. */
  get failures(): readonly InfraError[] {
    return this.#failures
  }

  /** Writes one event to all sinks; events never overtake each other. Never rejects. */
  write(event: ReportEvent): Promise<void> {
    this.#last = this.#last.then(() => this.#each((sink) => sink.write(event)))
    return this.#last
  }

  /** Writes the line of an unknown event to the sinks that keep such events. Never rejects. */
  pass(line: string): Promise<void> {
    this.#last = this.#last.then(() => this.#each((sink) => sink.writeUnknown?.(line)))
    return this.#last
  }

  /** Shows an event to the sinks with progress, at once. */
  watch(event: ReportEvent): void {
    for (const named of this.#sinks) {
      try {
        named.sink.watch?.(event)
      } catch (error) {
        this.#drop(named, error)
      }
    }
  }

  /** Closes all sinks after the last event. Never rejects. */
  close(): Promise<void> {
    this.#last = this.#last.then(() => this.#each((sink) => sink.close()))
    return this.#last
  }

  /** Waits only for sinks that have work to wait for: most events concern few of them. */
  async #each(action: (sink: Sink) => void | Promise<void>): Promise<void> {
    const working: Promise<void>[] = []
    for (const named of this.#sinks) {
      try {
        const work = action(named.sink)
        if (work !== undefined) working.push(work.catch((error: unknown) => this.#drop(named, error)))
      } catch (error) {
        this.#drop(named, error)
      }
    }
    if (working.length > 0) await Promise.all(working)
  }

  #drop(named: NamedSink, cause: unknown): void {
    this.#sinks = this.#sinks.filter((other) => other !== named)
    const error = failureOf(named, cause)
    this.#failures.push(error)
    this.#onFailure(error)
  }
}

function failureOf({ name, directory }: Omit<NamedSink, 'sink'>, cause: unknown): InfraError {
  if (directory !== undefined && isDiskFull(cause)) return noSpaceLeft(directory, 'or choose another place', cause)
  return new InfraError('REPORT_FAILED', `${name} could not be written: ${messageOf(cause)}`, {
    cause,
    hint: 'check the free space and the permissions there, or choose another place',
  })
}

// Reads the results of a run that is over: its events, checked against their schema, and what is odd about them.
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { hasCode, InfraError, messageOf, UsageError } from '../../base/errors.ts'
import { resultNames } from '../../base/result-names.ts'
import { visibleText } from '../../base/visible-text.ts'
import { eventsVersion, type ReportEvent, type TestFinished } from '../events.ts'
import { eventTypes, faultOfEvent, isEvent } from './event-schema.ts'
import { readEvent } from './read-events.ts'

/** A line of a results.jsonl: an event of this version, or one that this version does not know. */
export type StoredLine = { readonly event: ReportEvent } | { readonly unknown: string }

/** The first event of each results.jsonl. */
type Beginning = Extract<ReportEvent, { type: 'run-started' | 'mutants-started' }>

export interface StoredRun {
  /** The file with the events, for messages. */
  readonly file: string
  readonly directory: string
  readonly beginning: Beginning
  readonly lines: readonly StoredLine[]
  /** Sentences for the user: an incomplete last line, events that this version does not know. */
  readonly notes: readonly string[]
}

const aDirectory = 'name the directory of a run (its --output, or results/latest)'

/**
 * Reads the results of a directory, or of its results.jsonl. A last line that was cut off is left out, with a note.
 * @throws {UsageError} RESULTS_MISSING when there is no results.jsonl
 * @throws {UsageError} RESULTS_INVALID, with the line, for a file that is damaged or not of gmemtest, a device or a pipe
 * @throws {InfraError} RESULTS_UNREADABLE
 */
export async function readRun(place: string): Promise<StoredRun> {
  const missing = (): UsageError =>
    new UsageError('RESULTS_MISSING', `${place === '' ? "''" : place} has no ${resultNames.events}`, {
      hint: aDirectory,
    })
  // An empty word would be the current directory.
  if (place === '') throw missing()
  const file = await eventsFile(place)
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (hasCode(cause, 'ENOENT', 'ENOTDIR')) throw missing()
    throw new InfraError('RESULTS_UNREADABLE', `cannot read ${file}: ${messageOf(cause)}`, { cause })
  })
  return parseRun(file, text)
}

/** @throws {UsageError} RESULTS_INVALID for a device or a pipe: a device may never end, and a pipe may never begin */
async function eventsFile(place: string): Promise<string> {
  const given = await stat(place).catch(() => undefined)
  const file = given === undefined || given.isDirectory() ? path.join(place, resultNames.events) : place
  const found = file === place ? given : await stat(file).catch(() => undefined)
  if (found === undefined || found.isFile() || found.isDirectory()) return file
  throw new UsageError('RESULTS_INVALID', `${file} is a device or a pipe, not the events of a run`, {
    hint: aDirectory,
  })
}

/** @throws {UsageError} RESULTS_INVALID */
function parseRun(file: string, text: string): StoredRun {
  const rows = text.split('\n')
  const last = rows.pop() ?? ''
  const notes =
    last === '' ? [] : [`${file}: the last line is incomplete and left out: the run was ended while it wrote`]
  const reader = new LineReader(file)
  const lines = rows.map((row, index) => reader.read(row, index + 1))
  const { beginning } = reader
  if (beginning === undefined) throw reader.invalid(1, 'there is no complete event')
  notes.push(...reader.notes)
  return { file, directory: path.dirname(file), beginning, lines, notes }
}

class LineReader {
  readonly #file: string
  readonly #finished = new Set<string>()
  readonly #unknown = new Map<string, number>()
  beginning: Beginning | undefined

  constructor(file: string) {
    this.#file = file
  }

  get notes(): string[] {
    const version = this.beginning?.version ?? eventsVersion
    const newer =
      version > eventsVersion
        ? [`${this.#file}: a newer gmemtest wrote it (schema ${version}, this one reads up to ${eventsVersion})`]
        : []
    const kept = [...this.#unknown].map(
      ([type, count]) =>
        `${this.#file}: kept ${count} events of the unknown type ${JSON.stringify(type)}; only jsonl has them`,
    )
    return [...newer, ...kept]
  }

  read(row: string, number: number): StoredLine {
    const stored = readEvent(row)
    if (stored === undefined) throw this.invalid(number, 'it is no event')
    const isNewer = (this.beginning?.version ?? 0) > eventsVersion
    if (isEvent(stored)) return { event: this.#take(stored, number) }
    // A newer version may have changed an event; it has no meaning here then.
    if (eventTypes.has(stored.type) && !isNewer) {
      throw this.invalid(number, `${visibleText(stored.type)}: ${visibleText(faultOfEvent(stored))}`)
    }
    if (this.beginning === undefined) throw this.invalid(number, 'it comes before the beginning of a run')
    this.#unknown.set(stored.type, (this.#unknown.get(stored.type) ?? 0) + 1)
    return { unknown: row }
  }

  #take(event: ReportEvent, number: number): ReportEvent {
    if (event.type === 'run-started' || event.type === 'mutants-started') {
      if (this.beginning !== undefined) throw this.invalid(number, 'a second run begins here')
      this.beginning = event
    }
    if (this.beginning === undefined) throw this.invalid(number, 'it comes before the beginning of a run')
    if (event.type === 'test-finished' && this.beginning.type === 'run-started') this.#finish(event, number)
    return event
  }

  /** A run has each test once; a campaign has it once for each mutant. */
  #finish({ suite, name }: TestFinished, number: number): void {
    const key = JSON.stringify([suite, name])
    if (this.#finished.has(key)) throw this.invalid(number, `a second result of ${visibleText(name)}`)
    this.#finished.add(key)
  }

  invalid(number: number, why: string): UsageError {
    return new UsageError('RESULTS_INVALID', `${this.#file}, line ${number}: ${why}`, {
      hint: 'name the directory of results that gmemtest wrote and that nothing has changed since',
    })
  }
}

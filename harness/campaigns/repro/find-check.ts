// Finds the check of the C program: where the value that a failed check found was in the answers of the agent.
import { decodeRuns, type PageRun } from '../../agent/access.ts'
import { wordSize } from '../../agent/wire/codec.ts'
import { decodeRecords, records } from '../../agent/wire/records.ts'
import { errnoName } from '../../agent/errno.ts'
import { UsageError } from '../../base/errors.ts'
import { endNamed, outcomeOf } from './ends.ts'
import { raceCounters, type Expectation } from './expectation.ts'
import { checkOfCounters } from './counter-checks.ts'
import type { Program, Step } from './recorded-program.ts'
import { rowOf } from './renderings/row-of.ts'

/** A check compares what one of the last operations answered. */
const mostBack = 16

/**
 * Returns the check that decides whether a kernel has the bug of a program.
 * @throws {UsageError} REPRO_CHECK when the failure depends on more than the answers of operations
 */
export function findCheck(program: Program): Expectation {
  const { failure, steps } = program
  const what = subjectOf(failure.message)
  const after = steps.length - 1
  if (failure.kind === 'splat' || failure.kind === 'warning') return { kind: 'log', what, after }
  if (failure.kind === 'death' || failure.kind === 'hang') return { kind: 'alive', what, after }
  const found = failure.kind === 'check' ? fromAnswers(program, what) : checkOfCounters(program, what)
  if (found !== undefined) return found
  throw new UsageError('REPRO_CHECK', `the C program cannot check this: ${failure.message}`, {
    hint: 'it can check errnos, error_offset, contents, counters of pools, mappings of the guest, splats and hangs; run the scenario itself instead',
  })
}

/** The part of a message before the values. */
function subjectOf(message: string): string {
  return message.replace(/: wanted [\s\S]*/, '').split('\n', 1)[0] ?? message
}

function fromAnswers(program: Program, what: string): Expectation | undefined {
  const { failure, steps } = program
  const last = steps
    .map((step, index) => ({ step, index }))
    .slice(-mostBack)
    .toReversed()
  // A check that names a field means that field; others mean the last operation that answered so.
  for (const isNamed of [true, false]) {
    for (const { step, index } of last) {
      if (step.process !== 0 || step.end === undefined) continue
      const match =
        pagesOf(step, program) ??
        raceOf(step, failure) ??
        (isNamed ? undefined : endMatch(step, failure)) ??
        wordOf(step, failure, what, isNamed)
      if (match !== undefined) return { ...match, what, after: index }
    }
  }
  return checkOfCounters(program, what)
}

type Failure = Program['failure']
type Match =
  | Pick<Extract<Expectation, { kind: 'race' }>, 'kind' | 'actor' | 'counter' | 'wanted'>
  | Pick<Extract<Expectation, { kind: 'end' }>, 'kind' | 'wanted'>
  | Pick<Extract<Expectation, { kind: 'word' }>, 'kind' | 'field' | 'wanted'>
  | Pick<Extract<Expectation, { kind: 'pages' }>, 'kind' | 'pages' | 'wanted'>

/** The found value is the error number or the outcome of the step. */
function endMatch(step: Step, { wanted, found }: Failure): Match | undefined {
  if (typeof found !== 'string' || typeof wanted !== 'string') return undefined
  const row = rowOf(step)
  if (row === 'left out' || ('call' in row && row.call === undefined)) return undefined
  if (found !== errnoName(step.end?.errno ?? 0) && found !== outcomeOf(step)) return undefined
  const ends = wanted.split(' or ').map(endNamed)
  return ends.every((end) => end !== undefined) ? { kind: 'end', wanted: ends } : undefined
}

/** The found value, or one of several, is a counter of a thread whose kind the message names. */
function raceOf(step: Step, { message, ...values }: Failure): Match | undefined {
  if (step.name !== 'actorsStop' || step.end === undefined) return undefined
  const [wanted, found] = [values.wanted, values.found].map((value) => [value].flat().map(numberOf))
  const at = found?.findIndex((number, index) => number !== wanted?.[index]) ?? -1
  const [aim, value] = [wanted?.[at], found?.[at]]
  if (aim === undefined || value === undefined) return undefined
  const reports = decodeRecords('actorReport', step.end.bytes, step.end.bytes.length / reportBytes)
  for (const [actor, report] of reports.entries()) {
    const counter = raceCounters.find((name) => BigInt(report[name]) === value)
    if (counter !== undefined && message.includes(report.kind)) return { kind: 'race', actor, counter, wanted: aim }
  }
  return undefined
}

/** The found value is a word of the answer that a program can read. */
function wordOf(step: Step, failure: Failure, what: string, isNamed: boolean): Match | undefined {
  const row = rowOf(step)
  const wanted = numberOf(failure.wanted)
  const found = numberOf(failure.found)
  if (wanted === undefined || found === undefined || row === 'left out' || !('facts' in row)) return undefined
  const answer = new Map<string, bigint>(Object.entries(step.end?.answer ?? {}))
  const field = Object.keys(row.facts ?? {}).find((name) => {
    // C counts the bytes of an access only where a fault ended it.
    if (answer.get(name) !== BigInt.asUintN(64, found) || (name === 'bytes' && outcomeOf(step) === 'done')) return false
    // Many words are 0: without its name, such a word says nothing.
    return isNamed ? isIn(name, what) : found !== 0n
  })
  return field === undefined ? undefined : { kind: 'word', field, wanted: BigInt.asUintN(64, wanted) }
}

function isIn(field: string, what: string): boolean {
  const words = field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return what.toLowerCase().replaceAll('_', ' ').includes(words)
}

/** Numbers are stored as numbers, and those of more than 53 bits as texts: `123n`. */
function numberOf(value: unknown): bigint | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  return typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : undefined
}

/** The found value is the runs of alike pages that a look found, wherever their file begins. */
function pagesOf(step: Step, { failure: { wanted, found, message } }: Program): Match | undefined {
  if (step.name !== 'hostScan' && step.name !== 'guestScan' && step.name !== 'copyScan') return undefined
  const seen = runsOf(step)
  const pages = seen.reduce((sum, { count }) => sum + count, 0)
  const one = onePageOf(step, message, wanted, found)
  if (one !== undefined) {
    const [first, look] = one
    const isSeen = seen.some((run) => run.first <= first && first < run.first + run.count && run.value === found)
    return isSeen ? { kind: 'pages', pages, wanted: [{ first, count: 1, value: look }] } : undefined
  }
  if (!areRuns(found) || !areRuns(wanted)) return undefined
  const shift = found[0]?.first ?? 0
  const shifted = (runs: readonly PageRun[]): PageRun[] => runs.map((run) => ({ ...run, first: run.first - shift }))
  if (JSON.stringify(merged(shifted(found))) !== JSON.stringify(merged(seen))) return undefined
  return { kind: 'pages', pages, wanted: shifted(wanted) }
}

/** A batch of steps compares one page at a time: `host view of page 3: wanted 97, found 0, after: …`. */
function onePageOf(
  step: Step,
  message: string,
  wanted: unknown,
  found: unknown,
): [number, PageRun['value']] | undefined {
  const { side, page } = /^(?<side>host|guest) view of page (?<page>\d+): /.exec(message)?.groups ?? {}
  if (side === undefined || !step.name.startsWith(side) || !isLook(wanted) || !isLook(found)) return undefined
  const first = Number(/\(page (\d+)/.exec(step.line)?.[1])
  return Number(page) >= first ? [Number(page) - first, wanted] : undefined
}

function runsOf({ end }: Step): PageRun[] {
  const bytes = end?.bytes ?? Buffer.alloc(0)
  return decodeRuns(bytes, bytes.length / runBytes)
}

/** One word of 64 bits for each field. */
const reportBytes = Object.keys(records.actorReport.fields).length * wordSize

/** Four words of 32 bits (harness/agent/wire/records.ts). */
const runBytes = 16

/** Joins neighbours that look alike: a model and a scan may cut them in different places. */
function merged(runs: readonly PageRun[]): PageRun[] {
  const joined: PageRun[] = []
  for (const run of runs) {
    const before = joined.at(-1)
    const continues = before?.value === run.value && before.first + before.count === run.first
    if (!continues) joined.push(run)
    else joined.splice(-1, 1, { ...before, count: before.count + run.count })
  }
  return joined
}

const looks: ReadonlySet<unknown> = new Set(['sigbus', 'sigsegv', 'fault', 'mixed'])

function isLook(value: unknown): value is PageRun['value'] {
  return typeof value === 'number' || looks.has(value)
}

function areRuns(value: unknown): value is readonly PageRun[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (run: unknown) =>
        typeof run === 'object' &&
        run !== null &&
        'first' in run &&
        typeof run.first === 'number' &&
        'count' in run &&
        typeof run.count === 'number' &&
        'value' in run &&
        isLook(run.value),
    )
  )
}

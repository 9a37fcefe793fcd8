// Merges the results of the shards of a run: the events are those that one run would have had, in the same order.
import { UsageError } from '../../base/errors.ts'
import type { ReportEvent, Verdict } from '../events.ts'
import { exitCodeOfEvents } from './stored-exit-code.ts'
import type { StoredLine, StoredRun } from './stored-run.ts'

type RunStarted = Extract<ReportEvent, { type: 'run-started' }>
type Shard = NonNullable<RunStarted['shard']>
type RunFinished = Extract<ReportEvent, { type: 'run-finished' }>

/** A shard of the run. */
interface Part {
  readonly run: StoredRun
  readonly beginning: RunStarted
  readonly shard: Shard
}

/** The whole run. */
interface Merged {
  readonly beginning: RunStarted
  readonly lines: readonly StoredLine[]
}

/**
 * Merges the lines of all shards. A shard that was killed or interrupted leaves tests without a result, and the merged
 * run then ends early.
 * @throws {UsageError} MERGE_REFUSED, naming the shard: one that is missing, doubled, of another run or another kernel
 */
export function mergeShards(runs: readonly StoredRun[]): Merged {
  const parts = runs.map(partOf)
  const [first] = parts
  if (first === undefined) throw refused('there is no shard', 'name the directories of all shards')
  for (const part of parts) requireSame(first, part, factsOf)
  const built = parts.filter((part) => keyOf(part) !== undefined)
  for (const part of built) requireSame(built[0] ?? part, part, (each) => ({ 'kernel key': keyOf(each) }))
  const shards = inOrder(first, parts)
  const tests = testsOf(first.shard.total, shards)
  const workers = numberWorkers(shards)
  const chunks = shards.flatMap((part, index) => chunksOf(part, workers[index] ?? 0))
  const { shard: _shard, ...common } = first.beginning
  const time = shards.map((part) => part.beginning.time).toSorted()[0] ?? common.time
  const beginning = { ...common, time, tests }
  const lines = [
    { event: beginning },
    ...firstOf(shards, 'kernel-ready'),
    ...chunks.toSorted((a, b) => a.place - b.place).flatMap((chunk) => chunk.lines),
    { event: endingOf(shards) },
  ]
  return { beginning, lines }
}

function refused(message: string, hint: string): UsageError {
  return new UsageError('MERGE_REFUSED', message, { hint })
}

function partOf(run: StoredRun): Part {
  const { beginning, file } = run
  if (beginning.type === 'run-started' && beginning.shard !== undefined) {
    return { run, beginning, shard: beginning.shard }
  }
  throw refused(`${file} is no shard of a run`, 'name the directories of runs with --shard i/n')
}

type Facts = Readonly<Record<string, string | undefined>>

/** @throws {UsageError} MERGE_REFUSED with the first fact that the two do not share */
function requireSame(first: Part, part: Part, facts: (part: Part) => Facts): void {
  const different = Object.entries(facts(first)).find(([name, value]) => facts(part)[name] !== value)
  if (different === undefined) return
  const [name, value] = different
  const other = facts(part)[name] ?? 'none'
  throw refused(
    `shard ${part.shard.index} in ${part.run.directory} has another ${name} than shard ${first.shard.index} in ${first.run.directory}: ${other}, not ${value ?? 'none'}`,
    name === durationsFact
      ? 'run all shards again with the same --durations DIR'
      : 'merge only shards of one run: the same kernel, suite, options and patterns',
  )
}

const durationsFact = 'set of durations'

/** The facts that all shards of a run share, by the names in messages. */
function factsOf({ beginning, shard }: Part): Facts {
  return {
    suite: beginning.suite,
    kernel: beginning.kernel,
    dialect: beginning.dialect,
    isolation: beginning.isolation,
    'number of shards': String(shard.count),
    'number of tests': String(shard.total),
    [durationsFact]: shard.basis,
  }
}

/** Returns the key of the kernel; a shard whose kernel was not built has none, and no results. */
function keyOf({ run }: Part): string | undefined {
  const ready = run.lines
    .map((line) => ('event' in line ? line.event : undefined))
    .find((event) => event?.type === 'kernel-ready')
  return ready?.type === 'kernel-ready' ? ready.key : undefined
}

/** Returns the shards from the first to the last. */
function inOrder({ shard: { count } }: Part, parts: readonly Part[]): Part[] {
  const shards: Part[] = []
  // Not an array of `count`: a file may have any number there.
  for (let index = 1; index <= count; index += 1) {
    const [part, double] = parts.filter(({ shard }) => shard.index === index)
    if (part === undefined) {
      throw refused(`shard ${index} of ${count} is missing`, 'name the directories of all shards')
    }
    if (double !== undefined) {
      const places = `${part.run.directory} and ${double.run.directory}`
      throw refused(`shard ${index} of ${count} is there twice: ${places}`, 'name each shard once')
    }
    shards.push(part)
  }
  return shards
}

/** Returns the names of all tests, in their order. */
function testsOf(total: number, shards: readonly Part[]): string[] {
  const owners = new Map<number, { readonly name: string; readonly index: number }>()
  const hint = 'run all shards again with the same --durations DIR'
  for (const { beginning, shard } of shards) {
    for (const [position, name] of beginning.tests.entries()) {
      const place = shard.places[position] ?? total
      const other = owners.get(place)
      if (other !== undefined)
        throw refused(`shards ${other.index} and ${shard.index} both have the test ${name}`, hint)
      owners.set(place, { name, index: shard.index })
    }
  }
  const names: string[] = []
  for (let place = 0; place < total; place += 1) {
    const owner = owners.get(place)
    if (owner === undefined) throw refused(`no shard has test ${place + 1} of ${total}`, hint)
    names.push(owner.name)
  }
  return names
}

/** The lines of one test, with those of its instance. */
interface Chunk {
  /** The place of the test in the order of all results. */
  readonly place: number
  readonly lines: readonly StoredLine[]
}

const ofTheRun: ReadonlySet<string> = new Set(['run-started', 'kernel-ready', 'shard-planned', 'run-finished'])

/** Divides the events of a shard by tests. The loss of an instance belongs to the test before it. */
function chunksOf({ run }: Part, workers: number): Chunk[] {
  const places = placesIn(run)
  const chunks: { place: number; lines: StoredLine[] }[] = []
  let lines: StoredLine[] = []
  for (const line of run.lines) {
    if (!('event' in line)) {
      lines.push(line)
      continue
    }
    const { event } = line
    if (ofTheRun.has(event.type)) continue
    const moved = 'worker' in event && event.worker !== undefined ? { ...event, worker: event.worker + workers } : event
    if (event.type === 'vm-lost' && lines.length === 0) {
      chunks.at(-1)?.lines.push({ event: moved })
      continue
    }
    lines.push({ event: moved })
    if (event.type !== 'test-finished') continue
    chunks.push({ place: places.get(event.name) ?? Infinity, lines })
    lines = []
  }
  // The test that a killed run was in, and events of other versions at the end.
  return lines.length === 0 ? chunks : [...chunks, { place: Infinity, lines }]
}

function placesIn({ lines }: StoredRun): ReadonlyMap<string, number> {
  for (const line of lines) {
    if (!('event' in line) || line.event.type !== 'shard-planned') continue
    const { tests, places } = line.event
    return new Map(tests.map((name, index) => [name, places[index] ?? Infinity]))
  }
  return new Map()
}

/** Returns the number of the first worker of each shard. */
function numberWorkers(shards: readonly Part[]): number[] {
  let next = 0
  return shards.map(({ run }) => {
    const first = next
    next += workersOf(run)
    return first
  })
}

function workersOf({ lines }: StoredRun): number {
  return lines.reduce((most, line) => {
    const worker = 'event' in line && 'worker' in line.event ? (line.event.worker ?? 0) : 0
    return Math.max(most, worker + 1)
  }, 1)
}

function firstOf(shards: readonly Part[], type: ReportEvent['type']): StoredLine[] {
  return shards
    .flatMap(({ run }) => run.lines)
    .filter((line) => 'event' in line && line.event.type === type)
    .slice(0, 1)
}

function endingOf(shards: readonly Part[]): RunFinished {
  const verdicts: Record<Verdict, number> = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  const reasons: string[] = []
  const codes: number[] = []
  let milliseconds = 0
  for (const { run, shard } of shards) {
    const events = run.lines.flatMap((line) => ('event' in line ? [line.event] : []))
    for (const event of events) if (event.type === 'test-finished') verdicts[event.verdict] += 1
    const ending = events.findLast((event) => event.type === 'run-finished')
    if (ending === undefined) reasons.push(`shard ${shard.index} was killed`)
    else if (ending.aborted !== undefined) reasons.push(`shard ${shard.index}: ${ending.aborted}`)
    milliseconds = Math.max(milliseconds, ending?.milliseconds ?? 0)
    codes.push(exitCodeOfEvents(events))
  }
  const aborted = reasons.length === 0 ? {} : { aborted: reasons.join('; ') }
  // 1, a failure, is the least of those that are not 0.
  const exitCode = Math.min(...codes.filter((code) => code !== 0), Infinity)
  return { type: 'run-finished', milliseconds, verdicts, ...aborted, exitCode: exitCode === Infinity ? 0 : exitCode }
}

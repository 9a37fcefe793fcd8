// A splat that is being read: it takes lines until it is over.
import { guiltyFunction } from '../blame.ts'
import { continuesHead, isInlined, isTornFrom } from './continuation.ts'
import { DumpHeader } from './dump-header.ts'
import type { Groups, Match } from './line-matcher.ts'
import type { Pattern, SplatKind } from '../pattern-table.ts'
import { endTrace, rankOf } from '../patterns/pattern.ts'
import type { ConsoleLine } from '../printk.ts'
import { fingerprintOf, type Splat } from '../splat.ts'
import { gapLimit, headLimit, longestSplat, longestUnknownPause, mostLines, pauseLimit } from './splat-limits.ts'
import { taskIn } from './splat-task.ts'
import { titleOf } from './splat-title.ts'
import { functionOf } from '../stack-frames.ts'
import { TraceReader } from './trace-reader.ts'

const mostKeptLines = 600
/** The lines that may follow a trace while further traces are still to come. */
const betweenTraces =
  /^(?:rcu: |\s|Sending NMI|NMI backtrace|task:|Task dump for CPU|Stack dump|\[< *\(null\)>\]|\S.{0,15} [A-Z] +running task )/

/** The reason of `finish` when the opening line of another splat comes. */
export const anotherBegins = 'another splat begins within it'

export interface Place {
  /** The number of the line in the log. */
  readonly number: number
  /** The line as it was on the console. */
  readonly raw: string
}

/** Facts that are not in the lines of a splat. */
export interface Surroundings {
  readonly scenario: string | undefined
  /** The line of `=` before the first line, as the sanitizers print it. */
  readonly ruler?: string | undefined
  /** The reason why the splat cannot be whole. */
  readonly trouble: string | undefined
}

export class OpenSplat {
  /** When its most informative line was printed, in seconds. */
  time: number | undefined
  /** The line with which it began. */
  readonly first: ConsoleLine
  #match: Match
  /** The names of the rows that had a line in it. */
  readonly #seen = new Set<string>()
  #said: string
  /** The last headline names a function that was inlined: the next one names the function around it. */
  #isInlined = false
  readonly #start: number
  /** The number after the last line that certainly belongs to the splat. */
  #known: number
  /** The lines of the splat up to that line, and in all; the lines of others in between do not count. */
  #knownCount: number
  #count: number
  #last: number
  /** When the last known line was printed. */
  #time: number | undefined
  readonly #lines: string[] = []
  readonly #reader = new TraceReader()
  readonly #scenario: string | undefined
  readonly #header: DumpHeader
  #trouble: string | undefined
  #isMixed = false
  #isDone = false

  constructor(match: Match, line: ConsoleLine, place: Place, { scenario, ruler, trouble }: Surroundings) {
    this.first = line
    this.time = line.time
    this.#match = match
    this.#seen.add(match.pattern.name)
    this.#said = line.text.trim()
    this.#count = ruler === undefined ? 1 : 2
    this.#start = place.number + 1 - this.#count
    this.#knownCount = this.#count
    this.#known = place.number + 1
    this.#last = place.number
    this.#time = line.time
    this.#scenario = scenario
    this.#trouble = trouble
    this.#header = new DumpHeader(taskIn(match.groups))
    if (ruler !== undefined) this.#keep(ruler)
    this.#keep(place.raw)
    this.#isDone = match.pattern.end === 'line'
    this.#isInlined = isInlined(this.#said)
    this.#expectWhole(match.pattern, this.#said)
    this.#reader.read(line.text)
  }

  /** Whether the last line was the end of the splat. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** Whether any program may have written its only line. */
  get isDoubtful(): boolean {
    const isAnyProgram = this.#match.pattern.isGeneral === true || this.first.isLikely === true
    return isAnyProgram && !this.first.isKernel
  }

  /** Whether more than a headline shows that it is a splat. */
  get isProven(): boolean {
    return this.#reader.hasDump || (this.#isDone && this.#knownCount > 1)
  }

  /** The number of the last line that it took. */
  get last(): number {
    return this.#last
  }

  /** Where it ends: a warning that prints the trace of another splat also gives it its last line. */
  get #end(): Pattern['end'] {
    const { end } = this.#match.pattern
    return end === 'trace' && this.#seen.has('cut-here') ? endTrace : end
  }

  get kind(): SplatKind {
    return this.#match.pattern.kind
  }

  /** Whether its trace is still to come when this line of another splat comes right behind its last line. */
  isCutBy(number: number): boolean {
    return this.#match.pattern.hasTrace && !this.#reader.isHeaded && this.#known === number
  }

  /** Tells whether a line that a row matches is a part of this splat or the beginning of the next one. */
  relationTo({ pattern, groups }: Match, text: string): 'part' | 'next' {
    const open = this.#match.pattern
    if (pattern.name === 'call-trace') return open.end === 'trace' && this.#reader.isPaused ? 'next' : 'part'
    if (open.inside?.test(text) === true) return 'part'
    // The unwinder complains about the stack that this splat prints.
    if (pattern.name === 'unwinder' && this.#reader.isHeaded && !this.#reader.isOver) return 'part'
    if (this.#isHead && (this.#isTornFrom(text) || (this.#isInlined && this.#isRepeated(pattern, groups))))
      return 'part'
    if (pattern.kind === 'panic' || pattern.kind === 'reboot') return 'next'
    return this.#isHead && continuesHead(pattern, open, this.#seen) ? 'part' : 'next'
  }

  /** Whether a line repeats a headline, for the function around the one that was inlined. */
  #isRepeated(pattern: Pattern, { what }: Groups): boolean {
    const open = this.#match
    return this.#seen.has(pattern.name) && (pattern !== open.pattern || what === open.groups['what'])
  }

  /** Whether a line says the headline again, of which a lost record of the console left only the beginning. */
  #isTornFrom(text: string): boolean {
    return this.#count <= 3 && isTornFrom(this.#said, text)
  }

  /** Whether the dump has not begun. */
  get #isHead(): boolean {
    return !this.#header.isThere && !this.#reader.isHeaded && this.#count < headLimit(this.#match.pattern)
  }

  /** Whether the splat was over long before a line was printed. */
  isStale({ time }: ConsoleLine): boolean {
    if (time === undefined || this.#time === undefined) return false
    return time - this.#time > pauseLimit(this.#match.pattern)
  }

  /** Takes a further line. Answers `over` if the splat was over before the line, which then belongs to something else. */
  add(line: ConsoleLine, place: Place, match?: Match): 'taken' | 'over' {
    if (match !== undefined) this.#improve(match, line)
    const end = this.#end
    const isEnd = end instanceof RegExp && end.test(line.text)
    const wasOver = this.#reader.isOver
    const isOfTrace = this.#reader.read(line.text)
    this.#readHeader(line.text)
    const isKnown = isEnd || isOfTrace || match !== undefined
    if (!isKnown && this.#isOverBefore(line)) return 'over'
    if (isEnd || (isOfTrace && this.#reader.isOver && !wasOver && end === 'trace')) this.#isDone = true
    this.#last = place.number
    this.#count += 1
    if (isKnown) {
      this.#known = place.number + 1
      this.#knownCount = this.#count
      this.#time = line.time
    }
    if (this.#count >= mostLines) this.#endEarly()
    if (line.next !== undefined) this.#mixed('two records are on one line')
    this.#keep(place.raw)
    return 'taken'
  }

  /** Whether the trace of this splat comes in the dump of the panic that it causes, as older kernels print it. */
  isShownBy({ pattern, groups }: Match): boolean {
    const { hasTrace } = this.#match.pattern
    return (
      pattern.kind === 'panic' && hasTrace && !this.#reader.isHeaded && groups['what']?.includes('panic_on_') === true
    )
  }

  /** Reads a line of the dump of the panic that this splat causes; the line is none of its own. */
  readDump(text: string): void {
    this.#reader.read(text)
    this.#readHeader(text)
  }

  /** Makes the splat. `interrupted` tells what ended it before its last line; after a panic, nothing is missing then. */
  finish(interrupted: string | undefined, isPanic = false): Splat {
    const { pattern, groups } = this.#match
    const trace = this.#reader.trace(pattern.blame === 'interrupted')
    const work = pattern.kind === 'workqueue-lockup' ? this.#header.work : undefined
    const symbol = groups['function'] ?? work ?? this.#header.caller ?? this.#reader.counter?.symbol
    const named = symbol === undefined ? undefined : functionOf(symbol)
    const taker = trace.length === 0 && named === undefined ? this.#header.taker : undefined
    const isInnocent = pattern.blame === 'none' || this.#reader.isOfKthread
    const frame = isInnocent ? undefined : guiltyFunction(taker ?? named, trace)
    const title = titleOf(pattern, groups, frame)
    const isMixed = this.#isMixed || this.#reader.isMixed || interrupted === anotherBegins
    const corrupted = isPanic ? this.#trouble : this.#corruption(interrupted)
    return {
      kind: pattern.kind,
      title,
      ...(frame === undefined ? {} : { frame }),
      said: this.#said,
      task: this.#header.task,
      trace,
      fingerprint: fingerprintOf(pattern.kind, title, pattern.blame === undefined ? trace : []),
      start: this.#start,
      end: this.#known,
      ...(corrupted === undefined ? {} : { corrupted }),
      ...(corrupted !== undefined && isMixed ? { isMixed } : {}),
      ...(this.#scenario === undefined ? {} : { scenario: this.#scenario }),
      lines: this.#lines.slice(0, this.#knownCount),
    }
  }

  #endEarly(): void {
    this.#mixed(`it has more than ${mostLines} lines`)
    this.#isDone = true
  }

  #mixed(trouble: string): void {
    this.#isMixed = true
    this.#trouble ??= trouble
  }

  #expectWhole({ complete }: Pattern, said: string): void {
    if (complete?.test(said) === false) this.#trouble ??= 'the first line is cut off'
  }

  #corruption(interrupted: string | undefined): string | undefined {
    if (this.#trouble !== undefined) return this.#trouble
    if (!this.#match.pattern.hasTrace) return undefined
    const end = this.#end
    if (this.#reader.isMissing) return interrupted ?? 'its call trace is missing'
    // The stacks in a splat of lockdep are not the trace that follows them.
    if (end === 'trace' && !this.#reader.isHeaded) return interrupted
    if (this.#reader.trouble !== undefined) return this.#reader.trouble
    // The line that die() and __warn() print behind the trace only tells that they are at their end.
    const isWhole = this.#isDone || (end === endTrace && this.#reader.isComplete)
    return !isWhole && end instanceof RegExp ? interrupted : undefined
  }

  /** Lets the row of the highest rank give kind and title. */
  #improve(match: Match, line: ConsoleLine): void {
    const said = line.text.trim()
    this.#seen.add(match.pattern.name)
    this.#header.add(taskIn(match.groups))
    const open = this.#match
    const wasInlined = this.#isInlined
    const isAround = (wasInlined && match.pattern === open.pattern) || isTornFrom(this.#said, said)
    this.#isInlined = isInlined(said)
    if (isAround || rankOf(match.pattern) > rankOf(open.pattern)) {
      this.#match = { ...match, groups: { ...open.groups, ...match.groups } }
      this.#said = said
      this.time = line.time
    } else if ((wasInlined || open.groups['function'] === undefined) && match.groups['function'] !== undefined) {
      this.#match = { ...open, groups: { ...open.groups, function: match.groups['function'] } }
    }
    this.#expectWhole(match.pattern, said)
  }

  #readHeader(text: string): void {
    const { end, kind } = this.#match.pattern
    const tasks = this.#header.read(text, kind, this.#reader.isOfKthread)
    if (tasks === undefined || end === 'traces' || kind === 'panic') return
    this.#mixed(`the dumps of two tasks are mixed: ${tasks}`)
  }

  /** Whether a line that may belong to anything shows that the splat is over. */
  #isOverBefore({ text, time }: ConsoleLine): boolean {
    const { pattern } = this.#match
    if (this.#reader.isOver) {
      if (this.#end === 'trace') return true
      if (pattern.end === 'traces' && text.trim() !== '' && !betweenTraces.test(text)) return true
    }
    if (this.#count >= longestSplat) return true
    const mayBeAlone = pattern.isGeneral === true || (!pattern.hasTrace && pattern.cutFollows === true)
    const isUnknown = mayBeAlone && !this.#reader.hasDump
    if (isUnknown && time !== undefined && time - (this.#time ?? time) > longestUnknownPause) return true
    return this.#count - this.#knownCount >= gapLimit(pattern, isUnknown)
  }

  #keep(raw: string): void {
    if (this.#lines.length < mostKeptLines) this.#lines.push(raw)
  }
}

// One report that is being read: it takes lines until it is over, and becomes a finding.
import { continuesHead } from './continuation.ts'
import { fingerprintOf } from './splat.ts'
import type { Splat, SplatTask } from './splat.ts'
import { functionOf } from './stack-frames.ts'
import { guiltyFunction } from './blame.ts'
import type { SplatKind, Pattern } from './pattern-table.ts'
import type { ConsoleLine } from './printk.ts'
import { endTrace } from './patterns/pattern.ts'
import { TraceReader } from './trace-reader.ts'

/** Of a report without an end, so many lines at most. */
const longest = 2000
/** So many lines may pass between two that are known to be of the report. */
const longestGap = 120
const longestGaps: Partial<Record<SplatKind, number>> = { lockdep: 500, 'workqueue-lockup': 500, oom: 1000 }
/** After a complaint that no row names, until a dump begins. */
const longestUnknownGap = 12
/** A report of two parts, of which the second says where: so many lines are between them at most. */
const longestHead = 14
/** In seconds: what is printed later than that after an unknown complaint is not its trace. */
const longestUnknownPause = 0.5
/** Whatever is printed so much later than the last line of a report is not of it. */
const longestPause = 5
/** Other processors have ten seconds to answer with their traces; and long lists take their time on a serial line. */
const longestPauseOfMany = 30
const mostKeptLines = 600

const cpuHeader =
  /^CPU: (\d+) (?:UID: \d+ )?PID: (\d+) Comm: (.{1,20}?) (?:Kdump: loaded )?(?:Not tainted|Tainted: )/

/** What `finish` is told when the opening line of another report comes. */
export const anotherBegins = 'another report begins within it'

type Groups = Readonly<Record<string, string | undefined>>

/** A row that matches a line, and what it has found there. */
export interface Match {
  readonly pattern: Pattern
  readonly groups: Groups
}

export interface Place {
  /** The number of the line in the log. */
  readonly number: number
  /** The line as it was on the console. */
  readonly raw: string
}

/** What a report does not say itself. */
export interface Surroundings {
  readonly scenario: string | undefined
  /** The line before the first one when it is only a line, as the sanitizers draw it. */
  readonly ruler?: string
  /** Why it cannot be whole. */
  readonly trouble?: string
}

export class Report {
  #match: Match
  /** The rows that had a line in it. */
  readonly #seen = new Set<string>()
  #said: string
  readonly #start: number
  /** The number after the last line that is known to be of the report. */
  #known: number
  /** Lines of the report, up to that one and in all; those of others that are between them do not count. */
  #knownCount: number
  #count: number
  #last: number
  /** When the last known line was printed. */
  #time: number | undefined
  readonly #lines: string[] = []
  readonly #reader = new TraceReader()
  readonly #scenario: string | undefined
  #task: SplatTask
  #hasHeader = false
  #header: string | undefined
  /** The function of the work that was done. */
  #work: string | undefined
  #trouble: string | undefined
  #isMixed = false
  #isDone = false

  constructor(match: Match, line: ConsoleLine, place: Place, around: Surroundings) {
    this.#match = match
    this.#seen.add(match.pattern.name)
    this.#said = line.text.trim()
    this.#start = around.ruler === undefined ? place.number : place.number - 1
    if (around.ruler !== undefined) this.#keep(around.ruler)
    this.#count = around.ruler === undefined ? 1 : 2
    this.#knownCount = this.#count
    this.#known = place.number + 1
    this.#last = place.number
    this.#time = line.time
    this.#scenario = around.scenario
    this.#trouble = around.trouble
    this.#task = taskIn(match.groups)
    this.#keep(place.raw)
    this.#isDone = match.pattern.end === 'line'
    if (match.pattern.complete?.test(this.#said) === false) this.#trouble ??= 'the first line is cut off'
    this.#reader.read(line.text)
  }

  /** Whether the last line was the last of the report. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** The number of the last line that it was given. */
  get last(): number {
    return this.#last
  }

  get kind(): Splat['kind'] {
    return this.#match.pattern.kind
  }

  /** Whether its trace is still to come when this line of somebody else's comes right behind its last one. */
  isCutBy(number: number): boolean {
    return this.#match.pattern.hasTrace && !this.#reader.isHeaded && this.#known === number
  }

  /** What a line that may begin a report is to this one: a part of it, or the beginning of the next. */
  relationTo({ pattern }: Match, text: string): 'part' | 'next' {
    const open = this.#match.pattern
    if (pattern.name === 'call-trace' || pattern.name === 'lockdep-off') return 'part'
    if (open.inside?.test(text) === true) return 'part'
    if (pattern.kind === 'panic' || pattern.kind === 'reboot') return 'next'
    const isHead = !this.#hasHeader && !this.#reader.isHeaded && this.#count < longestHead
    return isHead && continuesHead(pattern, open, this.#seen) ? 'part' : 'next'
  }

  /** Whether the report was over long before something was printed. */
  isStale({ time }: ConsoleLine): boolean {
    if (time === undefined || this.#time === undefined) return false
    const { end, kind } = this.#match.pattern
    const isLong = end === 'traces' || kind in longestGaps
    return time - this.#time > (isLong ? longestPauseOfMany : longestPause)
  }

  /** Takes a further line. Answers `over` if the report was over before it, so that it is somebody else's. */
  add(line: ConsoleLine, place: Place, match?: Match): 'taken' | 'over' {
    const { end } = this.#match.pattern
    if (match !== undefined) this.#improve(match, line)
    const isEnd = end instanceof RegExp && end.test(line.text)
    const wasOver = this.#reader.isOver
    const isKnown = this.#reader.read(line.text)
    this.#readHeader(line.text)
    if (isEnd) {
      this.#isDone = true
    } else if (!isKnown && match === undefined) {
      if (this.#isOverBefore(line)) return 'over'
    } else if (isKnown && this.#reader.isOver && !wasOver && end === 'trace') {
      this.#isDone = true
    }
    this.#last = place.number
    this.#count += 1
    if (isEnd || isKnown || match !== undefined) {
      this.#known = place.number + 1
      this.#knownCount = this.#count
      this.#time = line.time
    }
    if (line.next !== undefined) this.#mixed('two records are on one line')
    this.#keep(place.raw)
    return 'taken'
  }

  /** The report as it is. `interrupted` says what ended it before its last line; a panic may, and nothing is missing then. */
  finish(interrupted: string | undefined, isPanic = false): Splat {
    const { pattern, groups } = this.#match
    const trace = this.#reader.trace(pattern.blame === 'interrupted')
    const work = pattern.kind === 'workqueue-lockup' ? this.#work : undefined
    const symbol = groups['function'] ?? work ?? this.#reader.counter?.symbol
    const named = symbol === undefined ? undefined : functionOf(symbol)
    const frame = pattern.blame === 'nobody' ? undefined : guiltyFunction(named, trace)
    const title = titleOf(pattern, groups, frame)
    const isMixed = this.#isMixed || this.#reader.isMixed || interrupted === anotherBegins
    const corrupted = isPanic ? this.#trouble : this.#corruption(interrupted)
    return {
      kind: pattern.kind,
      title,
      ...(frame === undefined ? {} : { frame }),
      said: this.#said,
      task: this.#task,
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

  #mixed(trouble: string): void {
    this.#isMixed = true
    this.#trouble ??= trouble
  }

  #corruption(interrupted: string | undefined): string | undefined {
    if (this.#trouble !== undefined) return this.#trouble
    const { hasTrace, end } = this.#match.pattern
    if (!hasTrace) return undefined
    if (this.#reader.isMissing) return interrupted ?? 'its call trace is missing'
    // The stacks of a lockdep report are not the trace that comes after them.
    if (end === 'trace' && !this.#reader.isHeaded) return interrupted
    if (this.#reader.trouble !== undefined) return this.#reader.trouble
    // What die() and __warn() print behind the trace is only that they are at their end.
    const isWhole = this.#isDone || (end === endTrace && this.#reader.isComplete)
    return !isWhole && end instanceof RegExp ? interrupted : undefined
  }

  /** The row that says most gives kind and title. */
  #improve(match: Match, line: ConsoleLine): void {
    this.#seen.add(match.pattern.name)
    this.#task = { ...taskIn(match.groups), ...this.#task }
    const open = this.#match
    if (rankOf(match.pattern) > rankOf(open.pattern)) {
      this.#match = { ...match, groups: { ...open.groups, ...match.groups } }
      this.#said = line.text.trim()
    } else if (open.groups['function'] === undefined && match.groups['function'] !== undefined) {
      this.#match = { ...open, groups: { ...open.groups, function: match.groups['function'] } }
    }
    if (match.pattern.complete?.test(line.text.trim()) === false)
      this.#trouble ??= 'its first line is cut off'
  }

  #readHeader(text: string): void {
    this.#work ??= /^Workqueue: \S+ (\S+)/.exec(text)?.[1]
    this.#hasHeader ||= /^(?:CPU: \d|Modules linked in:)/.test(text)
    const [header, cpu, pid, comm] = cpuHeader.exec(text) ?? []
    if (header === undefined || comm === undefined) return
    const who = `${comm}/${pid}`
    const { end, kind } = this.#match.pattern
    if (this.#header !== undefined && this.#header !== who && end !== 'traces' && kind !== 'panic') {
      this.#mixed(`the dumps of two tasks are mixed: ${this.#header} and ${who}`)
    }
    this.#header ??= who
    // Whoever looks at a task that does not go on is another one.
    if (kind === 'hung-task') return
    this.#task = { comm, pid: Number(pid), cpu: Number(cpu), ...this.#task }
  }

  /** Whether a line that is not known to be of the report shows that it is over. */
  #isOverBefore({ text, time }: ConsoleLine): boolean {
    const { end, kind, isGeneral } = this.#match.pattern
    const isBlank = text.trim() === ''
    if (this.#reader.isOver) {
      if (end === 'trace') return true
      if (
        end === 'traces' &&
        !isBlank &&
        !/^(?:rcu: |\s|Sending NMI|NMI backtrace|task:|Stack dump)/.test(text)
      )
        return true
    }
    if (this.#count >= longest) return true
    const isUnknown = isGeneral === true && !this.#reader.hasDump
    if (isUnknown && time !== undefined && time - (this.#time ?? time) > longestUnknownPause) return true
    const gap = isUnknown ? longestUnknownGap : (longestGaps[kind] ?? longestGap)
    return this.#count - this.#knownCount >= gap
  }

  #keep(raw: string): void {
    // A slice would keep the whole chunk of the log that it was cut from.
    if (this.#lines.length < mostKeptLines) this.#lines.push(Buffer.from(raw).toString())
  }
}

function rankOf({ rank }: Pattern): number {
  return rank ?? 2
}

function taskIn({ comm, pid, cpu }: Groups): SplatTask {
  return {
    ...(comm === undefined ? {} : { comm }),
    ...(pid === undefined ? {} : { pid: Number(pid) }),
    ...(cpu === undefined ? {} : { cpu: Number(cpu) }),
  }
}

function titleOf(pattern: Pattern, groups: Groups, frame: string | undefined): string {
  const words = pattern.title.replaceAll(/\$(\w+)/g, (_, name: string) => groups[name] ?? '') || pattern.kind
  const title = words
    .replaceAll(/\+0x[0-9a-f]+\/0x[0-9a-f]+/g, '')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
    .replace(/:$/, '')
  if (frame === undefined) return title
  const { other } = groups
  return `${title} in ${frame}${other === undefined ? '' : ` / ${functionOf(other)}`}`
}

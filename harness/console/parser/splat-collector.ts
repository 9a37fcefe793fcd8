// Holds the splats that are open, gives each line to the one that it continues, and begins new ones.
import { BootBanners, lastStamp } from './boot-banners.ts'
import { floodOf } from './flood.ts'
import type { LineMatcher, Match } from './line-matcher.ts'
import { anotherBegins, OpenSplat, type Place } from './open-splat.ts'
import type { ConsoleLine } from '../printk.ts'
import { Replay } from './replay.ts'
import { SolicitedTraces } from './solicited.ts'
import type { Splat } from '../splat.ts'
import { SplatGate } from './splat-gate.ts'
import { mostSplatLines, mostSplats } from './splat-limits.ts'

/** A line in the log, with access to the lines before it. */
export interface LogPlace extends Place {
  /** Gives the last lines before this line; default: a few. */
  readonly before: (count?: number) => readonly string[]
}

/** A trace that follows a splat without a trace within so many lines may belong to that splat. */
const tornLines = 100
/** A splat without a further line for so many lines has lost its end; as long as it is open, every line is parsed. */
const silentLines = 1000
/** How many splats are open at once at most. */
const mostOpen = 64
/** How often silent splats are looked for, in lines. */
const silenceCheck = 64
const endMissing = 'its last line is missing'
const rulerLine = /^={20,}$/
const dumpHeader = /^(?:CPU: \d+ |Hardware name:|Tainted:|Workqueue:|Modules linked in:|\s*$)/

export class SplatCollector {
  readonly #matcher: LineMatcher
  readonly #gate: SplatGate
  readonly #banners: BootBanners
  /** The open splats by the task that prints them; one that two tasks print is there twice. */
  readonly #open = new Map<string, OpenSplat>()
  readonly #replay = new Replay()
  /** A boot that is unexpected, unless the log only repeats itself. */
  #reboot: OpenSplat | undefined
  /** The splat whose trace is in the dump of the open panic. */
  #shown: OpenSplat | undefined
  #solicited = new SolicitedTraces()
  #found = 0
  /** How many lines continued a splat. */
  #continued = 0
  #isFull = false
  /** The line at which silent splats are looked for. */
  #check = 0
  /** The line after the last complete splat: the lines before it belong to reported splats. */
  #reported = 0
  /** The line that last began a splat while another one, without a known task, had no trace yet. */
  #cut = -1
  /** The line after the last corrupted splat. */
  #torn = -Infinity
  /** The latest stamp, in seconds, and how many lines had an earlier one. */
  #latest = 0
  #returns = 0
  /** How many boots were followed. */
  boots = 0
  /** The test that is running, by its markers. */
  scenario: string | undefined

  constructor(matcher: LineMatcher, isRunning: boolean, onSplat: (splat: Splat) => void) {
    this.#matcher = matcher
    this.#gate = new SplatGate(onSplat)
    this.#banners = new BootBanners(isRunning)
  }

  /** Whether any splat is open, so that every line may belong to it. */
  get hasOpen(): boolean {
    return this.#open.size > 0
  }

  /** Whether the log has more splats than are read; the last splat says so. Further lines count for nothing. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Takes note of a time stamp of the kernel, in seconds. */
  stamp(time: number | undefined): void {
    this.#banners.stamp(time)
  }

  /** Takes a line; true when it continues an open splat. */
  take(line: ConsoleLine, place: LogPlace): boolean {
    const key = line.caller ?? ''
    if (line.time !== undefined && line.time < this.#latest) this.#returns += 1
    else this.#latest = line.time ?? this.#latest
    this.#closeSilent(place.number)
    this.#adopt(line, key)
    this.#notice(line, place.number)
    const open = this.#open.get(key)
    const match = this.#matcher.match(line)
    const isContinued = open !== undefined && this.#continue(open, line, place, match)
    if (line.time === 0 && match?.pattern.kind !== 'reboot') this.#beginBoot(this.#matcher.earlyBoot, line, place)
    if (isContinued) this.#continued += 1
    else if (match !== undefined) this.#begin(match, line, place)
    if (this.#found >= mostSplats) this.#overflow(`${mostSplats} splats`, place)
    else if (this.#continued >= mostSplatLines) this.#overflow(`${mostSplatLines} lines of splats`, place)
    return isContinued
  }

  /** Closes all open splats, since the log is over. */
  end(): void {
    this.#closeAll('the log ends within the splat')
    this.#settleReboot()
    this.#gate.end({
      isStamped: this.#matcher.isStamped,
      isProven: (prefix) => this.#matcher.prefixes.isProven(prefix),
    })
  }

  /** Whether the text behind a banner is to be followed. */
  get isFollowing(): boolean {
    return this.#replay.isReading
  }

  /** Reads the text behind a banner, which tells a reboot from a copy of the log. */
  follow(text: string, from: number): void {
    this.#replay.follow(text, from)
  }

  #settleReboot(): void {
    if (this.#reboot !== undefined && this.#replay.conclude() === 'reboot') this.#finish(this.#reboot, undefined)
    this.#reboot = undefined
  }

  #overflow(limit: string, { number }: Place): void {
    this.#isFull = true
    this.#closeAll('the rest of the log is not read')
    const origin = { time: undefined, caller: undefined, returns: 0, isDoubtful: false, prefix: undefined }
    this.#gate.take(floodOf(limit, number, this.scenario), origin)
  }

  #closeSilent(number: number): void {
    if (number < this.#check && this.#open.size <= mostOpen) return
    this.#check = number + silenceCheck
    for (const splat of this.#open.values()) {
      if (number - splat.last > silentLines || this.#open.size > mostOpen) this.#close(splat, endMissing)
    }
  }

  /** The other processors print their part of a stall themselves, in interrupts of their own. */
  #adopt({ text }: ConsoleLine, key: string): void {
    if (this.#open.has(key) || !text.startsWith('NMI backtrace for cpu')) return
    const stall = [...this.#open.values()].find(({ kind }) => /stall|lockup|hung/.test(kind))
    if (stall !== undefined) this.#open.set(key, stall)
  }

  #notice(line: ConsoleLine, number: number): void {
    this.#solicited.notice(line, number)
    if (!this.#banners.notice(line.text)) return
    this.#closeAll('the log of its instance ends within it')
    this.scenario = undefined
    this.#solicited = new SolicitedTraces()
    this.#torn = -Infinity
    this.#reported = number + 1
  }

  /** Gives the line to an open splat, or closes the splat when the line does not belong to it. */
  #continue(open: OpenSplat, line: ConsoleLine, place: LogPlace, match: Match | undefined): boolean {
    // Behind a learned prefix, the lines without it are of other programs.
    const isOther = line.prefix !== open.first.prefix
    if (isOther && match === undefined) return false
    if (isOther || open.isStale(line)) {
      this.#close(open, endMissing)
      return false
    }
    if (match !== undefined && open.relationTo(match, line.text) === 'next') {
      const isPanic = match.pattern.kind === 'panic'
      const first = this.#isRuler(place.before(1).at(-1)) ? place.number - 1 : place.number
      if (!isPanic && line.caller === undefined && open.isCutBy(first)) this.#cut = place.number
      if (open.isShownBy(match)) this.#shown = open
      else this.#close(open, anotherBegins, isPanic)
      return false
    }
    if (open.add(line, place, match) === 'over') {
      this.#close(open, endMissing)
      return false
    }
    if (open.kind === 'panic') this.#shown?.readDump(line.text)
    if (open.isDone) this.#close(open, undefined)
    return true
  }

  #begin(match: Match, line: ConsoleLine, place: LogPlace): void {
    const { pattern } = match
    if (pattern.kind === 'reboot') return this.#beginBoot(match, line, place)
    if (pattern.name === 'call-trace') return this.#beginTrace(match, line, place)
    const ruler = this.#reported < place.number ? place.before(1).at(-1) : undefined
    const isWithin = this.#cut === place.number && pattern.hasTrace
    const around = {
      scenario: this.scenario,
      ruler: this.#isRuler(ruler) ? ruler : undefined,
      trouble: isWithin ? 'it begins within another splat, so its trace may belong to that one' : undefined,
    }
    this.#start(new OpenSplat(match, line, place, around), line)
  }

  #beginBoot(match: Match | undefined, line: ConsoleLine, place: LogPlace): void {
    if (match === undefined) return
    const isBanner = match.pattern.name === 'reboot'
    const boot = this.#banners.begin(isBanner ? 'banner' : 'early', place.number, place.before)
    if (boot !== 'begun') {
      this.#settleReboot()
      this.#replay.start(lastStamp(place.before()), isBanner)
      this.boots += 1
    }
    // The banner tells more than the lines before it.
    const isBetter = boot === 'begun' && this.#reboot !== undefined && isBanner
    if (boot !== 'unexpected' && !isBetter) return
    this.#reboot = new OpenSplat(match, line, place, { scenario: this.scenario, trouble: undefined })
  }

  /** Begins the splat of a trace that belongs to no other splat: the line just before it may give the reason. */
  #beginTrace(match: Match, line: ConsoleLine, place: LogPlace): void {
    if (this.#solicited.take(line, place.number)) return
    const isTorn = place.number - this.#torn <= tornLines
    const trouble = isTorn ? 'it may belong to the splat before it, which is not whole' : undefined
    const around = { scenario: this.scenario, trouble }
    const remembered = place.before()
    const lines = remembered.slice(Math.max(0, remembered.length - (place.number - this.#reported)))
    const reason = lines.findLastIndex((raw) => !dumpHeader.test(this.#matcher.read(raw).text))
    const said = lines[reason] === undefined ? undefined : this.#matcher.read(lines[reason])
    const isReason =
      said !== undefined &&
      said.caller === line.caller &&
      said.prefix === line.prefix &&
      (said.isKernel || !this.#matcher.isStamped)
    if (!isReason) return this.#start(new OpenSplat(match, line, place, around), line)
    const first = place.number - (lines.length - reason)
    const splat = new OpenSplat(match, said, { number: first, raw: lines[reason] ?? '' }, around)
    for (const [index, raw] of lines.slice(reason + 1).entries()) {
      splat.add(this.#matcher.read(raw), { number: first + 1 + index, raw })
    }
    splat.add(line, place)
    this.#start(splat, line)
  }

  #start(splat: OpenSplat, line: ConsoleLine): void {
    if (splat.isDone) this.#finish(splat, undefined)
    else this.#open.set(line.caller ?? '', splat)
  }

  #closeAll(interrupted: string): void {
    for (const splat of this.#open.values()) this.#close(splat, interrupted)
  }

  #close(splat: OpenSplat, interrupted: string | undefined, isPanic = false): void {
    for (const [key, open] of this.#open) if (open === splat) this.#open.delete(key)
    this.#finish(splat, interrupted, isPanic)
  }

  #finish(open: OpenSplat, interrupted: string | undefined, isPanic = false): void {
    if (open.kind === 'panic' && this.#shown !== undefined) {
      const shown = this.#shown
      this.#shown = undefined
      this.#finish(shown, anotherBegins, true)
    }
    const splat = open.finish(interrupted, isPanic)
    this.#found += 1
    this.#reported = Math.max(this.#reported, splat.end)
    if (splat.corrupted !== undefined) this.#torn = splat.end
    const { caller, prefix, isLikely } = open.first
    const { time } = open
    const { prefixes, isStamped } = this.#matcher
    if (prefix !== undefined) prefixes.settle(prefix, open.isProven)
    const isTold = prefix === undefined || isLikely === true || prefixes.isProven(prefix)
    this.#gate.take(splat, {
      time,
      caller,
      returns: this.#returns,
      isDoubtful: open.isDoubtful && !isStamped,
      prefix: isTold ? undefined : prefix,
    })
  }

  #isRuler(line: string | undefined): line is string {
    return line !== undefined && rulerLine.test(this.#matcher.read(line).text)
  }
}

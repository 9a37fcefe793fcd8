// Reads a console, in chunks of any size, and finds what the kernel complains about. Almost all lines are none of our
// business: one search over whole chunks finds those that are, and only they are looked at.
import { StringDecoder } from 'node:string_decoder'
import { InfraError } from '../base/errors.ts'
import { AskedTraces } from './solicited.ts'
import { Boots } from './boot-banners.ts'
import type { Splat } from './splat.ts'
import { clean, countLines, lastLines, viewOf } from './log-text.ts'
import { finderFor } from './prefilter.ts'
import type { NeedleFinder } from './multi-search.ts'
import { harmless, patterns as allPatterns } from './pattern-table.ts'
import type { Pattern } from './pattern-table.ts'
import { firstKernelLine, hasDate, parseLine } from './printk.ts'
import type { ConsoleLine } from './printk.ts'
import { anotherBegins, Report } from './splat-reader.ts'
import type { Match, Place } from './splat-reader.ts'

export interface ParserOptions {
  /** Called with each complaint, in the order of their ends. */
  readonly onSplat: (splat: Splat) => void
  /** The rows to look for; all that there are, if not given. */
  readonly patterns?: readonly Pattern[]
  /** The machine is up before the first line: every banner of a boot is a reboot. Otherwise the first one is the boot. */
  readonly isRunning?: boolean
}

/** The markers of scenarios in the log of the kernel. */
const marker = /gmemtest: scenario (\S+) (begins|ended)/
/** A longer line is noise; the kernel cuts its records at 1 KiB. */
const longestLine = 8192
/** How far before a call trace its reason may be: the header of a dump is in between. */
const rememberedLines = 6
/** A trace so soon after a report that lacks its own may be that. */
const tornLines = 100
/** Who has said nothing for so many lines has nothing more to say: the end of the report is lost. */
const silentLines = 1000
/** So many reports are read at once at most. */
const mostOpen = 64
const rulerLine = /^={20,}$/
const dumpHeader = /^(?:CPU: \d+ |Hardware name:|Tainted:|Workqueue:|Modules linked in:|\s*$)/

export class ConsoleParser {
  readonly #options: ParserOptions
  readonly #patterns: readonly Pattern[]
  readonly #needles: NeedleFinder
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''
  #lines = 0
  /** The last lines of the chunks before. */
  #before: readonly string[] = []
  /** The reports that are being read, by who prints them; the same one twice when two print it. */
  readonly #open = new Map<string, Report>()
  #scenario: string | undefined
  /** Whether any line had a prefix of the kernel. */
  #isStamped = false
  /** Whether any line had the date of dmesg, which others write as well. */
  #isDated = false
  readonly #boots: Boots
  #asked = new AskedTraces()
  #found = 0
  /** The line after the last report: what is before it has been told. */
  #told = 0
  /** The line that last began a report where another one had not had its trace yet, of nobody knows whom. */
  #cut = -1
  /** The line after the last report that was not whole. */
  #torn = -Infinity

  /**
   * @throws {InfraError} HEALTH_BLIND when the table is empty: a check that does not work must not look like a clean log
   */
  constructor(options: ParserOptions) {
    this.#options = options
    this.#patterns = options.patterns ?? allPatterns
    if (this.#patterns.length === 0) {
      throw new InfraError(
        'HEALTH_BLIND',
        'the table of kernel complaints is empty, so a clean log means nothing',
      )
    }
    this.#boots = new Boots(options.isRunning ?? false)
    this.#needles = finderFor(this.#patterns)
  }

  /** How many lines there were so far. */
  get lines(): number {
    return this.#lines
  }

  /** Whether any line had a prefix that says that this is the log of a kernel, such as a time stamp. */
  get isStamped(): boolean {
    return this.#isStamped || this.#isDated
  }

  /** Takes the next piece of the log, cut anywhere. */
  write(chunk: Uint8Array | string): void {
    const text = this.#rest + (typeof chunk === 'string' ? chunk : this.#decoder.write(viewOf(chunk)))
    const end = text.lastIndexOf('\n') + 1
    this.#rest = text.slice(end)
    if (this.#rest.length > 2 * longestLine) this.#rest = this.#rest.slice(0, longestLine)
    if (end > 0) this.#readLines(text.slice(0, end))
  }

  /** The log is over: so is what is being read. */
  end(): void {
    const rest = this.#rest + this.#decoder.end()
    this.#rest = ''
    if (rest !== '') this.#readLines(`${rest}\n`)
    for (const report of new Set(this.#open.values())) this.#finish(report, 'the log ends within the report')
    this.#open.clear()
  }

  /** Reads whole lines, each with its line feed. */
  #readLines(raw: string): void {
    const text = clean(raw)
    if (!this.#isDated && !this.#isStamped) this.#isDated = hasDate(text)
    let position = 0
    while (position < text.length) {
      const start = this.#open.size > 0 ? position : this.#nextOfInterest(text, position)
      this.#lines += countLines(text, position, start)
      if (start >= text.length) break
      const feed = text.indexOf('\n', start)
      this.#readLine(text, start, feed)
      this.#lines += 1
      position = feed + 1
    }
    this.#before = lastLines(this.#before, text, rememberedLines)
  }

  /** Where the next line begins that has anything to look at, or the end of the text. */
  #nextOfInterest(text: string, position: number): number {
    const found = this.#needles.find(text, position)
    const start = found === -1 ? text.length : text.lastIndexOf('\n', found) + 1
    if (!this.#isStamped) {
      const skipped = text.slice(position, start)
      const kernelLine = firstKernelLine(skipped)
      if (kernelLine !== undefined) this.#stamp(kernelLine.time)
    }
    return start
  }

  #stamp(time: number | undefined): void {
    this.#isStamped = true
    this.#boots.stamp(time)
  }

  #readLine(text: string, start: number, feed: number): void {
    const raw = text.slice(start, Math.min(feed, start + longestLine)).replaceAll('\r', '')
    const place: Place = { number: this.#lines, raw }
    const line = this.#lineOf(raw)
    const before = (): readonly string[] => lastLines(this.#before, text.slice(0, start), rememberedLines)
    const [, scenario, what] = marker.exec(raw) ?? []
    if (scenario === undefined) {
      this.#take(line, place, before)
      return
    }
    const next = what === 'begins' ? scenario : undefined
    const isTorn = this.#matchOf(line) !== undefined
    // A complaint in front of the marker is of the time before it.
    if (!isTorn || !marker.test(line.text)) this.#scenario = next
    if (isTorn) this.#take(line, place, before)
    else if (line.isKernel) this.#stamp(line.time)
    this.#scenario = next
  }

  #take(line: ConsoleLine, place: Place, before: () => readonly string[]): void {
    const key = line.caller ?? ''
    this.#closeSilent()
    this.#adopt(line, key)
    this.#notice(line)
    const report = this.#open.get(key)
    const match = this.#matchOf(line)
    if (report !== undefined && this.#continue(report, line, place, match, before)) return
    if (match !== undefined) this.#begin(match, line, place, before)
    if (line.isKernel) this.#stamp(line.time)
  }

  /** What counts of a line: when two print at once, that which begins a report, wherever in the line it is. */
  #lineOf(raw: string): ConsoleLine {
    const first = parseLine(raw)
    const torn = marker.exec(raw)
    const behind = torn === null ? undefined : raw.slice(torn.index + torn[0].length).trimStart()
    const others = [first.next, behind].flatMap((text) => (text === undefined ? [] : [parseLine(text)]))
    return others.find((line) => this.#matchOf(line) !== undefined) ?? first
  }

  /** The other processors print their part of a stall themselves, as interrupts of theirs. */
  #adopt({ text }: ConsoleLine, key: string): void {
    if (this.#open.has(key) || !text.startsWith('NMI backtrace for cpu')) return
    const asking = [...this.#open.values()].find(({ kind }) => /stall|lockup|hung/.test(kind))
    if (asking !== undefined) this.#open.set(key, asking)
  }

  #matchOf(line: ConsoleLine): Match | undefined {
    const { text } = line
    for (const pattern of this.#patterns) {
      if (!text.includes(pattern.needle)) continue
      const found = pattern.begin.exec(text)
      if (found === null) continue
      if (pattern.isGeneral === true && this.#isNoSplat(line)) return undefined
      return { pattern, groups: found.groups ?? {} }
    }
    return undefined
  }

  /** Of a line that only looks like a complaint: a program's, or one that is known to be harmless. */
  #isNoSplat({ text, isKernel }: ConsoleLine): boolean {
    return (this.#isStamped && !isKernel) || harmless.some(([expression]) => expression.test(text))
  }

  /** Gives the line to an open report. Whether it was taken. */
  #continue(
    report: Report,
    line: ConsoleLine,
    place: Place,
    match: Match | undefined,
    before: () => readonly string[],
  ): boolean {
    if (report.isStale(line)) {
      this.#close(report, 'its last line is missing')
      return false
    }
    if (match !== undefined && report.relationTo(match, line.text) === 'next') {
      const isPanic = match.pattern.kind === 'panic'
      const first = isRuler(before().at(-1)) ? place.number - 1 : place.number
      if (!isPanic && line.caller === undefined && report.isCutBy(first)) this.#cut = place.number
      this.#close(report, anotherBegins, isPanic)
      return false
    }
    if (report.add(line, place, match) === 'over') {
      this.#close(report, 'its last line is missing')
      return false
    }
    if (report.isDone) this.#close(report, undefined)
    return true
  }

  #begin(match: Match, line: ConsoleLine, place: Place, before: () => readonly string[]): void {
    const { pattern } = match
    if (pattern.kind === 'reboot' && !this.#boots.isReboot(before())) return
    if (pattern.name === 'lockdep-off' && this.#found > 0) return
    if (pattern.name === 'call-trace') {
      this.#beginTrace(match, line, place, before)
      return
    }
    const ruler = this.#told < place.number ? before().at(-1) : undefined
    const isRuled = isRuler(ruler)
    const isWithin = this.#cut === place.number && pattern.hasTrace
    const trouble = isWithin ? 'it begins within another report, so its trace may be of that one' : undefined
    const around = {
      scenario: this.#scenario,
      ...(isRuled ? { ruler } : {}),
      ...(trouble === undefined ? {} : { trouble }),
    }
    this.#start(new Report(match, line, place, around), line)
  }

  /** A report that nobody goes on with would have every further line looked at. */
  #closeSilent(): void {
    for (const report of this.#open.values()) {
      const isSilent = this.#lines - report.last > silentLines
      if (isSilent || this.#open.size > mostOpen) this.#close(report, 'its last line is missing')
    }
  }

  #start(report: Report, line: ConsoleLine): void {
    if (report.isDone) this.#finish(report, undefined)
    else this.#open.set(line.caller ?? '', report)
  }

  /** A trace without a complaint: what was printed just before may be one. */
  #beginTrace(match: Match, line: ConsoleLine, place: Place, before: () => readonly string[]): void {
    if (this.#asked.take(line, place.number)) return
    const isTorn = place.number - this.#torn <= tornLines
    const trouble = isTorn ? 'it may be of the report before it, which is not whole' : undefined
    const around = { scenario: this.#scenario, ...(trouble === undefined ? {} : { trouble }) }
    const remembered = before()
    const lines = remembered.slice(Math.max(0, remembered.length - (place.number - this.#told)))
    const reason = lines.findLastIndex((raw) => !dumpHeader.test(parseLine(raw).text))
    const said = lines[reason] === undefined ? undefined : parseLine(lines[reason])
    const isReason = said !== undefined && said.caller === line.caller && (said.isKernel || !this.#isStamped)
    if (!isReason) {
      this.#start(new Report(match, line, place, around), line)
      return
    }
    const first = place.number - (lines.length - reason)
    const report = new Report(match, said, { number: first, raw: lines[reason] ?? '' }, around)
    for (const [index, raw] of lines.slice(reason + 1).entries()) {
      report.add(parseLine(raw), { number: first + 1 + index, raw })
    }
    report.add(line, place)
    this.#start(report, line)
  }

  #notice(line: ConsoleLine): void {
    this.#asked.notice(line, this.#lines)
    if (!this.#boots.notice(line.text)) return
    for (const report of this.#open.values()) this.#close(report, 'the log of its machine ends within it')
    this.#scenario = undefined
    this.#asked = new AskedTraces()
    this.#torn = -Infinity
    this.#told = this.#lines + 1
  }

  #close(report: Report, interrupted: string | undefined, isPanic = false): void {
    for (const [key, open] of this.#open) if (open === report) this.#open.delete(key)
    this.#finish(report, interrupted, isPanic)
  }

  #finish(report: Report, interrupted: string | undefined, isPanic = false): void {
    const splat = report.finish(interrupted, isPanic)
    this.#found += 1
    this.#told = Math.max(this.#told, splat.end)
    if (splat.corrupted !== undefined) this.#torn = splat.end
    this.#options.onSplat(splat)
  }
}

function isRuler(line: string | undefined): line is string {
  return line !== undefined && rulerLine.test(parseLine(line).text)
}

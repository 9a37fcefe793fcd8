// Reads a console in chunks of any size and finds the splats of the kernel. Almost no line of a log belongs to a splat: one
// search over whole chunks finds the lines that may, and only these lines are parsed.
import { StringDecoder } from 'node:string_decoder'
import { InfraError } from '../base/errors.ts'
import { LineMatcher } from './parser/line-matcher.ts'
import { clean, copyOfLine, countLines, foldLongLines, isEndOfLine, lastLines } from './parser/log-text.ts'
import { anyMarker, markerPrefix } from './markers.ts'
import type { NeedleFinder } from './parser/multi-search.ts'
import { patterns as allPatterns, type Pattern } from './pattern-table.ts'
import { finderFor } from './parser/prefilter.ts'
import { firstKernelLine, hasDate, type ConsoleLine } from './printk.ts'
import type { Splat } from './splat.ts'
import { SplatCollector, type LogPlace } from './parser/splat-collector.ts'

export interface ParserOptions {
  /** Receives each splat, in the order in which the splats end. */
  readonly onSplat: (splat: Splat) => void
  /** The rows to look for; default: the whole table. */
  readonly patterns?: readonly Pattern[]
  /** The instance is up before the first line, so every boot banner is a reboot. Default: the first banner is the boot. */
  readonly isRunning?: boolean
}

/** How far before a call trace its reason may be: the header of a dump is in between. */
const rememberedLines = 6

export class ConsoleParser {
  readonly #matcher: LineMatcher
  readonly #collector: SplatCollector
  readonly #needles: NeedleFinder
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''
  #lines = 0
  /** The last lines of the chunks before. */
  #before: readonly string[] = []
  /** Whether any line had the date of dmesg; captures of a serial line write such dates as well. */
  #isDated = false

  /** @throws {InfraError} HEALTH_BLIND when the table is empty: a check that does not work must not look like a clean log */
  constructor({ onSplat, patterns = allPatterns, isRunning = false }: ParserOptions) {
    if (patterns.length === 0) {
      throw new InfraError('HEALTH_BLIND', 'the splat table is empty, so a clean log proves nothing')
    }
    this.#matcher = new LineMatcher(patterns)
    this.#collector = new SplatCollector(this.#matcher, isRunning, onSplat)
    this.#needles = finderFor(patterns)
  }

  /** How many lines were read so far. */
  get lines(): number {
    return this.#lines
  }

  /** Whether any line had a prefix that identifies the log of a kernel, such as a time stamp. */
  get isStamped(): boolean {
    return this.#matcher.isStamped || this.#isDated
  }

  /** Takes the next piece of the log, cut at any byte. */
  write(chunk: Uint8Array | string): void {
    const text = foldLongLines(this.#rest + this.#decoder.write(chunk))
    const end = text.lastIndexOf('\n') + 1
    this.#rest = text.slice(end)
    if (end > 0) this.#readLines(text.slice(0, end))
  }

  /** Ends the log, and with it the splats that are open. */
  end(): void {
    const rest = this.#rest + this.#decoder.end()
    this.#rest = ''
    if (rest !== '') this.#readLines(`${rest}\n`)
    this.#collector.end()
  }

  /** Reads whole lines, each with its line feed. */
  #readLines(raw: string): void {
    const text = clean(raw)
    if (!this.#isDated && !this.#matcher.isStamped) this.#isDated = hasDate(text)
    if (this.#collector.isFollowing) this.#collector.follow(text, 0)
    let position = 0
    while (position < text.length) {
      if (this.#collector.isFull) {
        this.#lines += countLines(text, position, text.length)
        return
      }
      const start = this.#collector.hasOpen ? position : this.#nextOfInterest(text, position)
      this.#lines += countLines(text, position, start)
      if (start >= text.length) break
      const feed = text.indexOf('\n', start)
      const boots = this.#collector.boots
      this.#readLine(text, start, feed)
      if (this.#collector.boots > boots) this.#collector.follow(text, feed)
      if (isEndOfLine(text, feed)) this.#lines += 1
      position = feed + 1
    }
    this.#before = lastLines(this.#before, text, text.length, rememberedLines)
  }

  /** Finds where the next line begins that must be parsed, or the end of the text. */
  #nextOfInterest(text: string, position: number): number {
    const found = this.#needles.find(text, position)
    const start = found === -1 ? text.length : text.lastIndexOf('\n', found) + 1
    if (!this.#matcher.isStamped) {
      const kernelLine = firstKernelLine(text.slice(position, start))
      if (kernelLine !== undefined) this.#stamp(kernelLine)
    }
    return start
  }

  #stamp({ time }: ConsoleLine): void {
    this.#matcher.isStamped = true
    this.#collector.stamp(time)
  }

  #readLine(text: string, start: number, feed: number): void {
    const raw = copyOfLine(text, start, feed)
    const before = (count = rememberedLines): readonly string[] => lastLines(this.#before, text, start, count)
    const place: LogPlace = { number: this.#lines, raw, before }
    const line = this.#matcher.parse(raw, !this.#collector.hasOpen)
    const [, scenario, what] = raw.includes(markerPrefix) ? (anyMarker.exec(raw) ?? []) : []
    if (scenario === undefined) return this.#take(line, place)
    const next = what === 'begins' ? scenario : undefined
    const isTorn = this.#matcher.match(line) !== undefined
    // A splat in front of the marker belongs to the time before it.
    if (!isTorn || !anyMarker.test(line.text)) this.#collector.scenario = next
    if (isTorn) this.#take(line, place)
    else if (line.isKernel) this.#stamp(line)
    this.#collector.scenario = next
  }

  #take(line: ConsoleLine, place: LogPlace): void {
    const isContinued = this.#collector.take(line, place)
    if (!isContinued && line.isKernel) this.#stamp(line)
  }
}

// Decides whether a line begins a splat, and which part of a line counts.
import { anyMarker, markerPrefix } from '../markers.ts'
import { harmless, type Pattern } from '../pattern-table.ts'
import { CapturePrefixes } from './capture-prefix.ts'
import { rowsFor } from './prefilter.ts'
import { parseLine, unwrapped, type ConsoleLine } from '../printk.ts'

export type Groups = Readonly<Record<string, string | undefined>>

/** A row that matches a line, and the groups of its expression. */
export interface Match {
  readonly pattern: Pattern
  readonly groups: Groups
}

export class LineMatcher {
  readonly #patterns: readonly Pattern[]
  /** Whether any line so far had a prefix of the kernel: lines without such a prefix then come from programs. */
  isStamped = false
  /** The prefixes of the program that captured the log, as far as they were learned. */
  readonly prefixes = new CapturePrefixes()

  /** The row of a boot whose banner is not there. */
  readonly earlyBoot: Match | undefined

  constructor(patterns: readonly Pattern[]) {
    this.#patterns = patterns
    const pattern = patterns.find(({ name }) => name === 'early-boot')
    this.earlyBoot = pattern && { pattern, groups: {} }
  }

  /** Finds the first row that matches a line; a general row does not match lines that only look like a splat. */
  match(line: ConsoleLine): Match | undefined {
    const { text } = line
    for (const pattern of rowsFor(this.#patterns, text)) {
      const found = pattern.begin.exec(text)
      if (found === null) continue
      if (pattern.isGeneral === true && this.#isNoSplat(line)) return undefined
      return { pattern, groups: found.groups ?? {} }
    }
    return undefined
  }

  /** Parses a line without learning from it. */
  read(raw: string): ConsoleLine {
    const inner = unwrapped(raw)
    const unpacked = inner === undefined ? undefined : parseLine(inner)
    const line = unpacked?.isKernel === true || (unpacked !== undefined && !this.isStamped) ? unpacked : parseLine(raw)
    if (line.isKernel || this.isStamped) return line
    const found = this.prefixes.strip(line.text)
    return found === undefined ? line : { ...parseLine(found.text), prefix: found.prefix }
  }

  /**
   * Parses a line. When two records are on it, the record that begins a splat counts, at any position. `mayLearn`: a
   * headline may stand behind a prefix that is not known so far.
   */
  parse(raw: string, mayLearn: boolean): ConsoleLine {
    const first = this.read(raw)
    if (mayLearn && this.prefixes.mayLearn && !first.isKernel && !this.isStamped && first.prefix === undefined) {
      const learned = this.#learn(first)
      if (learned !== undefined) return learned
    }
    const marker = raw.includes(markerPrefix) ? anyMarker.exec(raw) : null
    if (marker === null && first.next === undefined) return first
    const behind = marker === null ? undefined : raw.slice(marker.index + marker[0].length).trimStart()
    const others = [first.next, behind].flatMap((text) => (text === undefined ? [] : [parseLine(text)]))
    return others.find((line) => this.match(line) !== undefined) ?? first
  }

  #learn(line: ConsoleLine): ConsoleLine | undefined {
    const rows = rowsFor(this.#patterns, line.text).filter((row) => row.isGeneral !== true && row.kind !== 'reboot')
    if (rows.length === 0) return undefined
    const match = this.match(line)
    if (match !== undefined && match.pattern.isGeneral !== true) return undefined
    const found = this.prefixes.learn(line.text, (rest) => rows.some(({ begin }) => begin.test(rest)))
    return found && { ...line, ...found, ...(match === undefined ? {} : { isLikely: true }) }
  }

  #isNoSplat({ text, isKernel }: ConsoleLine): boolean {
    return (this.isStamped && !isKernel) || harmless.some(([expression]) => expression.test(text))
  }
}

// Decides whether a line begins a splat, and which part of a line counts.
import { anyMarker, markerPrefix } from '../markers.ts'
import { harmless, type Pattern } from '../pattern-table.ts'
import { rowsFor } from './prefilter.ts'
import { parseLine, type ConsoleLine } from '../printk.ts'

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

  constructor(patterns: readonly Pattern[]) {
    this.#patterns = patterns
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

  /** Parses a line. When two records are on it, the record that begins a splat counts, at any position. */
  parse(raw: string): ConsoleLine {
    const first = parseLine(raw)
    const marker = raw.includes(markerPrefix) ? anyMarker.exec(raw) : null
    if (marker === null && first.next === undefined) return first
    const behind = marker === null ? undefined : raw.slice(marker.index + marker[0].length).trimStart()
    const others = [first.next, behind].flatMap((text) => (text === undefined ? [] : [parseLine(text)]))
    return others.find((line) => this.match(line) !== undefined) ?? first
  }

  #isNoSplat({ text, isKernel }: ConsoleLine): boolean {
    return (this.isStamped && !isKernel) || harmless.some(([expression]) => expression.test(text))
  }
}

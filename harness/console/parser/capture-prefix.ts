// Learns the prefix that an unknown program puts before each line of a console, when the kernel writes no time.

/** A headline of the kernel stands behind a prefix of this length at most. */
const longestPrefix = 100
const mostPrefixes = 4
/** Text about splats is not a console: after so many prefixes that proved wrong, or lines without one, no other is tried. */
const mostMistakes = 1000
const mostTries = 10_000

interface CapturePrefix {
  readonly prefix: string
  readonly shape: RegExp
  /** Whether a whole dump stood behind it. */
  isProven: boolean
}

/** A text behind a learned prefix. */
export interface Stripped {
  readonly prefix: string
  readonly text: string
}

export class CapturePrefixes {
  readonly #prefixes: CapturePrefix[] = []
  #mistakes = 0
  #tries = 0

  /** Removes a learned prefix from a text; nothing when the text has none. */
  strip(text: string): Stripped | undefined {
    for (const { prefix, shape } of this.#prefixes) {
      const [found] = shape.exec(text) ?? []
      if (found !== undefined) return { prefix, text: text.slice(found.length) }
    }
    return undefined
  }

  /** Whether another prefix may be learned. */
  get mayLearn(): boolean {
    return this.#tries < mostTries && this.#mistakes < mostMistakes && this.#prefixes.length < mostPrefixes
  }

  /** Looks for a headline behind a prefix, and learns the prefix until `settle` proves or refutes it. */
  learn(text: string, isHeadline: (rest: string) => boolean): Stripped | undefined {
    if (!this.mayLearn) return undefined
    this.#tries += 1
    for (let start = 1; start <= Math.min(longestPrefix, text.length - 1); start += 1) {
      if (!isBoundary(text, start)) continue
      const rest = text.slice(start)
      if (!isHeadline(rest)) continue
      const prefix = text.slice(0, start)
      this.#prefixes.push({ prefix, shape: shapeOf(prefix), isProven: false })
      return { prefix, text: rest }
    }
    return undefined
  }

  /** Keeps a prefix when the dump of a splat stood behind it, and forgets it otherwise. */
  settle(prefix: string, hasDump: boolean): void {
    const index = this.#prefixes.findIndex((one) => one.prefix === prefix)
    const found = this.#prefixes[index]
    if (found === undefined) return
    if (hasDump) found.isProven = true
    if (found.isProven) return
    this.#mistakes += 1
    this.#prefixes.splice(index, 1)
  }

  /** Whether the dump of a splat stood behind this prefix. */
  isProven(prefix: string): boolean {
    return this.#prefixes.some(({ shape, isProven }) => isProven && shape.exec(prefix)?.[0] === prefix)
  }
}

/** Whether a headline may begin at a position: behind a blank or a sign, but not within a word or a line of signs. */
function isBoundary(text: string, start: number): boolean {
  return /[^\w\-=+/."'`]/.test(text.charAt(start - 1)) && /\S/.test(text.charAt(start))
}

/** Makes the expression of a prefix: its numbers differ from line to line. */
function shapeOf(prefix: string): RegExp {
  const literal = prefix.replaceAll(/[$()*+./?[\\\]^{|}-]/g, String.raw`\$&`)
  return new RegExp(`^${literal.replaceAll(/\d+/g, String.raw`\d+`)}`)
}

// Lets splats out of the parser: each once, and those of doubtful lines only when the whole log is known.
import type { Splat } from '../splat.ts'

/** What is known about a splat beyond its lines. */
export interface Origin {
  /** When its most informative line was printed, in seconds. */
  readonly time: number | undefined
  /** The context that printed it. */
  readonly caller: string | undefined
  /** How many lines so far had an earlier stamp than a line before them: a copy comes behind such a line. */
  readonly returns: number
  /** Any program may have written its first line, unless the kernel writes no stamps in this log. */
  readonly isDoubtful: boolean
  /** The prefix before its first line, which no dump has proven so far; without a proof, the splat does not count. */
  readonly prefix: string | undefined
}

/** Facts about the whole log. */
export interface LogFacts {
  /** Whether the lines of the kernel have stamps. */
  readonly isStamped: boolean
  readonly isProven: (prefix: string) => boolean
}

/** A log with more doubtful splats has no stamps. */
const mostWithheld = 1000
/** How many splats are remembered to tell when a log repeats itself. */
const mostRemembered = 4096
/** Of equal splats of one moment, so many are told apart. */
const mostEqual = 64

export class SplatGate {
  readonly #onSplat: (splat: Splat) => void
  #withheld: (readonly [splat: Splat, origin: Origin])[] = []
  /** The splats that the log has had, by what tells them apart. */
  readonly #known = new Map<string, readonly Pick<Origin, 'caller' | 'returns'>[]>()

  constructor(onSplat: (splat: Splat) => void) {
    this.#onSplat = onSplat
  }

  /** Takes a splat that is over. A splat that the log has had before, to the microsecond, is a copy: `dmesg` printed it again. */
  take(splat: Splat, origin: Origin): void {
    const isOpen = origin.isDoubtful && this.#withheld.length < mostWithheld
    if (isOpen || origin.prefix !== undefined) {
      if (this.#withheld.length < mostWithheld) this.#withheld.push([splat, origin])
      return
    }
    if (origin.time !== undefined && this.#isKnown(splat, origin)) return
    this.#onSplat(splat)
  }

  /** Lets the splats out that were withheld and count. */
  end({ isStamped, isProven }: LogFacts): void {
    for (const [splat, { prefix }] of this.#withheld) {
      const counts = prefix === undefined || isProven(prefix)
      if (counts && !isStamped) this.#onSplat(splat)
    }
    this.#withheld = []
  }

  /** Whether the log has had a splat before; remembers it otherwise. An older dmesg does not print callers. */
  #isKnown({ kind, said, task, scenario }: Splat, { time, caller, returns }: Origin): boolean {
    const key = JSON.stringify([time, kind, said, task.pid, scenario])
    const known = this.#known.get(key) ?? []
    const isCopy = known.some(
      (one) => one.returns < returns && (one.caller === caller || one.caller === undefined || caller === undefined),
    )
    if (isCopy) return true
    this.#known.set(key, [...known, { caller, returns }].slice(-mostEqual))
    const [oldest] = this.#known.keys()
    if (this.#known.size > mostRemembered && oldest !== undefined) this.#known.delete(oldest)
    return false
  }
}

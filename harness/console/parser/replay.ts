// Tells a reboot from a copy of the log: `dmesg` prints the lines of the same boot again, each with its stamp.

/** How many stamped lines behind a banner are read. */
const mostLines = 60
/** How many characters behind a banner are searched for stamps. */
const mostCharacters = 1 << 18
/** So many lines with the same stamps prove a copy. */
const enough = 10
const longestText = 100
/** Lines of two processors may come in the wrong order, by so many seconds. */
const mostDisorder = 1
/** A line with its stamp. Lines at time 0 are the same in each boot. */
const stampedLine = /\[ *(?!0\.000000)(\d+\.\d{6})(?:@\d+)?\](?:\[ *[TC]\d+\])? ([^\n]*)/g

interface Boot {
  readonly texts: Set<string>
  /** The texts with their stamps. */
  readonly lines: Set<string>
}

export type Verdict = 'copy' | 'reboot'

export class Replay {
  #last: Boot | undefined
  #current: Boot | undefined
  #lines = mostLines
  #characters = 0
  /** The latest stamp so far, in seconds. */
  #time = 0
  #same = 0
  #verdict: Verdict | undefined

  /** Whether the text behind a banner is still to be read. */
  get isReading(): boolean {
    return this.#lines < mostLines && this.#characters < mostCharacters
  }

  /** Begins with the lines behind a banner. */
  start(): void {
    // A copy may be shorter than the log itself.
    if (this.#verdict !== 'copy') this.#last = this.#current
    this.#current = { texts: new Set(), lines: new Set() }
    this.#lines = 0
    this.#characters = 0
    this.#time = 0
    this.#same = 0
    this.#verdict = undefined
  }

  /** Reads the text behind a banner, piece by piece. */
  follow(text: string, from: number): void {
    stampedLine.lastIndex = from
    while (this.#lines < mostLines) {
      const [, time, said] = stampedLine.exec(text) ?? []
      if (time === undefined || said === undefined) break
      // The text goes on with the next boot.
      if (Number(time) < this.#time - mostDisorder) {
        this.#lines = mostLines
        break
      }
      this.#time = Math.max(this.#time, Number(time))
      this.#lines += 1
      this.#compare(time, said.trimEnd().slice(0, longestText))
    }
    this.#characters += text.length - from
  }

  /** What the lines so far prove; a banner that no line follows is that of a reboot. */
  get verdict(): Verdict | undefined {
    if (this.#verdict !== undefined || this.isReading) return this.#verdict
    return this.conclude()
  }

  /** Concludes from the lines so far, since no more come. */
  conclude(): Verdict {
    this.#verdict ??= this.#same > 0 ? 'copy' : 'reboot'
    return this.#verdict
  }

  #compare(time: string, said: string): void {
    // A slice would keep the whole log in memory.
    const text = Buffer.from(said).toString()
    const line = `${time} ${text}`
    this.#current?.texts.add(text)
    this.#current?.lines.add(line)
    if (this.#verdict !== undefined || this.#last?.texts.has(text) !== true) return
    if (!this.#last.lines.has(line)) this.#verdict = 'reboot'
    else if (++this.#same >= enough) this.#verdict = 'copy'
    if (this.#verdict === 'copy') this.#lines = mostLines
  }
}

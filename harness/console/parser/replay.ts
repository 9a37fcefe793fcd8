// Tells a reboot from a copy of the log: `dmesg` prints the lines of the same boot again, each with its stamp.

/** How many stamped lines behind a banner are read. */
const mostLines = 60
/** How many characters behind a banner are searched for stamps. */
const mostCharacters = 1 << 18
/** So many lines with the same stamps prove a copy. */
const enough = 10
const longestText = 100
/** No boot is so long before its first stamp other than 0. */
const upSeconds = 5
/** Lines of two processors may come in the wrong order, by so many seconds. */
const mostDisorder = 1
/** A line with its stamp. Lines at time 0 are the same in each boot. */
const stampedLine = /\[ *(?!0\.000000)(\d+\.\d{6})(?:@\d+)?\](?:\[ *[TC]\d+\])? ([^\n]*)/g

const banner = 'Linux version '

interface Boot {
  readonly texts: Set<string>
  /** The texts with their stamps. */
  readonly lines: Set<string>
}

export class Replay {
  #last: Boot | undefined
  #current: Boot | undefined
  #since = 0
  #hasBanner = false
  #lines = mostLines
  #characters = 0
  /** The latest stamp so far, in seconds. */
  #time = 0
  #same = 0
  #verdict: 'copy' | 'reboot' | undefined

  /** Whether the text behind a banner is still to be read. */
  get isReading(): boolean {
    return this.#lines < mostLines && this.#characters < mostCharacters
  }

  /**
   * Begins with the lines behind a banner, or behind a line of the same boot before it (`hasBanner` is false). `since` is the
   * last stamp before, in seconds.
   */
  start(since: number, hasBanner: boolean): void {
    this.#hasBanner = hasBanner
    this.#since = since
    // A copy may be shorter than the log itself.
    if (this.#verdict !== 'copy') this.#last = this.#current
    this.#current = { texts: new Set(), lines: new Set() }
    this.#lines = 0
    this.#characters = 0
    this.#time = 0
    this.#same = 0
    this.#verdict = undefined
  }

  /** Reads the text behind a banner, piece by piece, up to the next one. */
  follow(text: string, from: number): void {
    const next = this.#nextBanner(text, from)
    const own = next === -1 ? text : text.slice(0, next)
    stampedLine.lastIndex = from
    while (this.#lines < mostLines) {
      const [, time, said] = stampedLine.exec(own) ?? []
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
    if (next !== -1) this.#lines = mostLines
  }

  /** Concludes from the lines so far; a banner that no line follows is that of a reboot. */
  conclude(): 'copy' | 'reboot' {
    this.#verdict ??= this.#same > 0 ? 'copy' : 'reboot'
    return this.#verdict
  }

  #nextBanner(text: string, from: number): number {
    const found = text.indexOf(banner, from)
    if (found === -1 || this.#hasBanner) return found
    this.#hasBanner = true
    return text.indexOf(banner, found + 1)
  }

  #compare(time: string, said: string): void {
    // A slice would keep the whole log in memory.
    const text = Buffer.from(said).toString()
    const line = `${time} ${text}`
    this.#current?.texts.add(text)
    this.#current?.lines.add(line)
    // The stamps go on as if the banner were not there: only a part of the log was printed.
    const goesOn = this.#lines === 1 && this.#since > upSeconds && Number(time) >= this.#since
    if (goesOn) this.#verdict ??= 'copy'
    if (this.#verdict !== undefined || this.#last?.texts.has(text) !== true) return
    if (!this.#last.lines.has(line)) this.#verdict = 'reboot'
    else if (++this.#same >= enough) this.#verdict = 'copy'
    if (this.#verdict === 'copy') this.#lines = mostLines
  }
}

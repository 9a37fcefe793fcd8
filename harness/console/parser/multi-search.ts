// Finds any of many short texts in a long one, by the method of Wu and Manber with blocks of two characters: it skips most
// characters, whereas a regular expression of so many alternatives reads each several times.

const blocks = 1 << 16

/** Two characters as a number. Characters beyond a byte share it with others, which only costs a comparison. */
function blockOf(first: number, second: number): number {
  return ((second & 0xff) << 8) | (first & 0xff)
}

export class NeedleFinder {
  /** How many characters of each needle the table covers. */
  readonly #width: number
  /** How many characters can be skipped after a block; 0 for a block that may end a needle. */
  readonly #shifts = new Uint8Array(blocks)
  /** The needles by the block that ends their first characters. */
  readonly #byBlock = new Map<number, string[]>()

  /** @throws {RangeError} without needles, or with one of fewer than two characters */
  constructor(needles: readonly string[]) {
    // A needle within another one finds both.
    const all = needles.filter((needle) => !needles.some((other) => other !== needle && needle.includes(other)))
    this.#width = Math.min(...all.map((needle) => needle.length), 250)
    if (all.length === 0 || this.#width < 2) throw new RangeError('needles of two or more characters are needed')
    this.#shifts.fill(this.#width - 1)
    for (const needle of new Set(all)) {
      for (let end = 1; end < this.#width; end += 1) {
        const block = blockOf(needle.charCodeAt(end - 1), needle.charCodeAt(end))
        this.#shifts[block] = Math.min(this.#shifts[block] ?? 0, this.#width - 1 - end)
        if (end === this.#width - 1) this.#byBlock.set(block, [...(this.#byBlock.get(block) ?? []), needle])
      }
    }
  }

  /** Finds the needles in a text; a needle that has another one within it is never among them, only the other one is. */
  needlesIn(text: string): readonly string[] {
    const found: string[] = []
    for (let start = this.find(text, 0); start !== -1; start = this.find(text, start + 1)) {
      const end = start + this.#width - 1
      const block = blockOf(text.charCodeAt(end - 1), text.charCodeAt(end))
      const needle = this.#byBlock.get(block)?.find((other) => text.startsWith(other, start))
      if (needle !== undefined && !found.includes(needle)) found.push(needle)
    }
    return found
  }

  /** Finds where the first needle begins, at `from` or later; -1 if there is none. */
  find(text: string, from: number): number {
    const shifts = this.#shifts
    const back = this.#width - 1
    for (let end = from + back; end < text.length;) {
      const block = blockOf(text.charCodeAt(end - 1), text.charCodeAt(end))
      const shift = shifts[block] ?? 0
      if (shift > 0) {
        end += shift
        continue
      }
      const start = end - back
      if (this.#byBlock.get(block)?.some((needle) => text.startsWith(needle, start)) === true) return start
      end += 1
    }
    return -1
  }
}

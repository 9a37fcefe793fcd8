// Tells whether a log has test results, in chunks of any size.
import { stripVTControlCharacters } from 'node:util'
import { leadOf } from './prefix.ts'

const signs = /(?<version>K?TAP version \d+)[ \t]*$|\b1\.\.\d+[ \t]*(?:#.*)?$/gm
/** A plan is short: behind any other prefix, it may be a range in a message of the kernel. */
const stampOrBlanks = /^\s*(?:<\d+>)?(?:\[ *\d+\.\d+\](?: *\[ *[TC]\d+\])?)?\s*$/
/** Longer than any prefix, with the escape codes in it. */
const window = 512

/** Looks for a version line of TAP or KTAP, or for a plan. */
export class ResultsFinder {
  #rest = ''
  #isFound = false

  /** Whether the log has a version line or a plan, as far as it was read. */
  get isFound(): boolean {
    return this.#isFound || hasSign(this.#rest)
  }

  /** Takes the next piece of the log, cut at any byte. */
  write(chunk: Uint8Array): void {
    if (this.#isFound) return
    const text = this.#rest + Buffer.from(chunk).toString('latin1')
    const end = text.lastIndexOf('\n') + 1
    this.#isFound = hasSign(text.slice(0, end))
    // A sign behind so many characters of the same line is none, so the end of a long line does not matter.
    this.#rest = text.slice(end, end + 2 * window)
  }
}

function hasSign(text: string): boolean {
  for (const { index, groups } of text.matchAll(signs)) {
    const before = text.slice(Math.max(0, index - window), index)
    const lead = stripVTControlCharacters(before.slice(before.search(/[^\r\n]*$/)))
    if (groups?.['version'] === undefined ? stampOrBlanks.test(lead) : leadOf(lead) !== undefined) return true
  }
  return false
}

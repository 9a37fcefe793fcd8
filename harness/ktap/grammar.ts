// What is known about a document before it is read, and the limits of what is read.
import type { Numbering } from './line.ts'

export interface Grammar {
  readonly numbering: Numbering
  /** The protocol of lines without a version line: a failure that TAP expects (TODO) is none. */
  readonly protocol: 'TAP' | 'KTAP'
  /** The beginning of the document is lost, with its version line and plan. */
  readonly isHeadless: boolean
}

/** Where a document is quoted within another one: levels of nesting, and of quotes. */
export interface Depth {
  readonly nesting: number
  readonly quotes: number
}

/** A larger plan is a mistake, and each test without a result takes memory. */
export const largestPlan = 100_000
/** How many tests without a result are listed in a document; all of them are told. */
export const mostMissing = 100_000
export const deepestNesting = 100
export const deepestQuote = 10

// The facts of a run that verdicts and diagnostics depend on, and the outcome of a test.
import type { TestFinished } from '../report/events.ts'

/** Adds file and line to text lines that name a place in the kernel. Never rejects. */
export type Decode = (lines: readonly string[]) => Promise<readonly string[]>

export interface JudgeFacts {
  /** The name of the kernel definition, for messages. */
  readonly kernel: string
  /** The capabilities and tests that the kernel definition lists as missing: only these may lead to SKIP. */
  readonly expectSkips: readonly string[]
  /** Returns the command line that runs one test again. */
  readonly again: (name: string) => string
  readonly decode: Decode
}

/** The outcome of a test, as its event has it. */
export type Finished = Omit<TestFinished, 'type' | 'name' | 'title' | 'suite'>

// The facts of a run that verdicts and diagnostics depend on, and what is told at the end of a test.
import type { TestFinished } from '../report/events.ts'

/** Adds file and line of the source to lines that name a place in the kernel. Never rejects. */
export type Decode = (lines: readonly string[]) => Promise<readonly string[]>

export interface JudgeFacts {
  /** The name of the kernel definition, for messages. */
  readonly kernel: string
  /** The capabilities and tests that this kernel is known to lack: only these may lead to SKIP. */
  readonly expectSkips: readonly string[]
  /** Returns the command line that runs one test again. */
  readonly again: (name: string) => string
  readonly decode: Decode
}

/** What is told at the end of a test, without its name. */
export type Finished = Omit<TestFinished, 'type' | 'name' | 'title' | 'suite'>

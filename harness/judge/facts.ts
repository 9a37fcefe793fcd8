// The facts of a run and of a test that verdicts and diagnostics depend on, and the outcome of a test.
import type { GmemtestError } from '../base/errors.ts'
import { hugePageSizes } from '../base/huge-page-sizes.ts'
import type { Capability } from '../catalogue/capabilities.ts'
import type { Symbolizer } from '../console/symbolizer.ts'
import type { Wanted } from '../instance/boot-check.ts'
import type { TestFacts, TestFinished } from '../report/events.ts'

export interface JudgeFacts {
  /** The name of the kernel definition, for messages. */
  readonly kernel: string
  /** The capabilities and tests that the kernel definition lists as missing: only these may lead to SKIP. */
  readonly expectSkips: readonly string[]
  /** Returns the command line that runs one test again. */
  readonly again: (name: string) => string
  readonly decode: Symbolizer
}

/** A test as the judge sees it; `run/test.ts` adds the part that the runner uses. */
export interface Subject {
  readonly name: string
  /** The name of the test that this is one repetition of, when it runs several times. */
  readonly repeats?: string
  /** One sentence; empty for a program that has no title. */
  readonly title: string
  /** The suite that the test comes from, for the events. */
  readonly suite: string
  /** The absolute path of the file whose lines diagnostics name. */
  readonly file?: string
  /** The error for which the test cannot run at all: a program that does not compile, a file that is no scenario. */
  readonly refusal?: GmemtestError
  /** The rules that it checks. */
  readonly rules: readonly string[]
  /** The known bugs that it detects. */
  readonly bugs: readonly string[]
  /** The capabilities that the kernel must have; without one, the test is skipped. */
  readonly requires: readonly Capability[]
  /** The pools, boot variants and memory that the instance must have. */
  readonly wants: Wanted
}

/** The outcome of a test, as its event has it. */
export type Finished = Omit<TestFinished, 'type' | 'name' | 'title' | 'suite' | 'about'>

/** Returns the facts about a test for its event. */
export function aboutOf({ rules, bugs, requires, wants }: Subject): TestFacts {
  return { rules, bugs, needs: requires, pools: hugePageSizes.filter((size) => wants.pools[size] > 0) }
}

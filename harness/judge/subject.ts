// What verdicts and diagnostics have to know of a test.
import type { Capability } from '../catalogue/capabilities.ts'
import type { Wanted } from '../instance/boot-check.ts'

/** A test as its verdict sees it; `run/test.ts` adds what the runner has to know. */
export interface Subject {
  readonly name: string
  /** One sentence; empty for a program that has no title. */
  readonly title: string
  /** The suite that the test comes from, for the events. */
  readonly suite: string
  /** The absolute path of the file whose lines diagnostics name. */
  readonly file?: string
  /** The rules that it checks. */
  readonly rules: readonly string[]
  /** What the kernel must have; without it the test is skipped. */
  readonly requires: readonly Capability[]
  /** What the instance must have. */
  readonly wants: Wanted
}

// The part of a test that verdicts and diagnostics depend on.
import type { Capability } from '../catalogue/capabilities.ts'
import type { Wanted } from '../instance/boot-check.ts'

/** A test as the judge sees it; `run/test.ts` adds the part that the runner uses. */
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
  /** The capabilities that the kernel must have; without one, the test is skipped. */
  readonly requires: readonly Capability[]
  /** The pools, boot variants and memory that the instance must have. */
  readonly wants: Wanted
}

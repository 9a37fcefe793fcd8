// What a KTAP log says: a tree of tests, and what is wrong with the log itself.
import type { Directive } from './line.ts'

/** `crashed`: it has no result. `empty`: it says that it has tests and has none. */
export type Status = 'passed' | 'failed' | 'crashed' | 'skipped' | 'empty'

/** How many tests without subtests ended with each status. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly crashed: number
  readonly skipped: number
}

/** Something in the log that is not as it should be. */
export interface Problem {
  /** The line of the log where it shows, from 1. */
  readonly line: number
  /** The names of the test and of those above it, outermost first. */
  readonly test: string
  readonly problem: string
}

/** One test of a log: a leaf, or a parent of others. */
export interface KtapTest {
  /** Empty when the log has no name for it. */
  readonly name: string
  readonly status: Status
  /** The line with its result, from 1; absent when it has none. */
  readonly line?: number
  readonly directive?: Directive
  /** What stands behind the directive, or else behind `#`. */
  readonly reason?: string
  /** How many subtests it has said that it has. */
  readonly planned?: number
  /** Its leaves, or itself when it is one. */
  readonly counts: Counts
  readonly tests: readonly KtapTest[]
  /** The results in its own output, which its runner has put behind `# `. They are part of it and not counted. */
  readonly quoted?: readonly KtapTest[]
  /** What it said, unless it passed. */
  readonly log?: readonly string[]
}

/** All that was read of a log. */
export interface KtapReport extends Pick<KtapTest, 'counts' | 'tests' | 'status' | 'planned'> {
  readonly problems: readonly Problem[]
  /** Present when the plan says why there is nothing in it (`1..0 # SKIP`). */
  readonly skip?: string
  /** What is to be known about the log, and is nothing wrong with it. */
  readonly note?: string
}

const none: Counts = { passed: 0, failed: 0, crashed: 0, skipped: 0 }

/** How many leaves there are. */
function total(counts: Counts): number {
  return counts.passed + counts.failed + counts.crashed + counts.skipped
}

function plus(left: Counts, right: Counts): Counts {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    crashed: left.crashed + right.crashed,
    skipped: left.skipped + right.skipped,
  }
}

function one(status: Status): Counts {
  return status === 'empty' ? none : { ...none, [status]: 1 }
}

/** Whether it did not pass, and was not expected to fail. */
export function isFailure({ status, directive }: KtapTest): boolean {
  const isBad = status === 'failed' || status === 'crashed'
  return isBad && directive !== 'XFAIL' && directive !== 'TODO'
}

/** What the leaves amount to, worst first. */
export function statusOf(counts: Counts): Status {
  if (total(counts) === 0) return 'empty'
  if (counts.crashed > 0) return 'crashed'
  if (counts.failed > 0) return 'failed'
  return counts.passed > 0 ? 'passed' : 'skipped'
}

/**
 * The counts and the status of a test with these subtests that said this of itself. A crash goes up; a parent that failed
 * although all below it passed counts as one more failure, since nothing else would show it.
 */
export function summarised(
  said: Status,
  tests: readonly KtapTest[],
): { readonly status: Status; readonly counts: Counts } {
  const below = tests.map(({ counts }) => counts).reduce(plus, none)
  if (total(below) === 0) return { status: said, counts: one(said) }
  const status = statusOf(below)
  if (status === 'crashed') return { status, counts: below }
  return { status: said, counts: said === 'failed' && status === 'passed' ? plus(below, one(said)) : below }
}

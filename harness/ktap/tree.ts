// The content of a KTAP log: a tree of tests, and the problems of the log itself.
import type { Directive } from './line.ts'

/** `crashed`: the test has no result. `empty`: the test announces subtests and has none. */
export type Status = 'passed' | 'failed' | 'crashed' | 'skipped' | 'empty'

/** The number of tests without subtests, by status. */
export type Counts = Readonly<Record<Exclude<Status, 'empty'>, number>>

/** A fault of the log. */
export interface Problem {
  /** The line of the log, from 1. */
  readonly line: number
  /** The names of the test and of those above it, outermost first. */
  readonly test: string
  readonly problem: string
}

/** One test of a log: a leaf, or a parent of subtests. */
export interface KtapTest {
  /** Empty when the log has no name for it. */
  readonly name: string
  readonly status: Status
  /** The line with its result, from 1; missing when it has none. */
  readonly line?: number
  readonly directive?: Directive
  /** The text behind the directive, or else behind `#`. */
  readonly reason?: string
  /** The number of subtests in its plan. */
  readonly planned?: number
  /** Counts its leaves, or the test itself when it is a leaf. */
  readonly counts: Counts
  readonly tests: readonly KtapTest[]
  /** The results in its own output, which its runner has put behind `# `. They are not counted. */
  readonly quoted?: readonly KtapTest[]
  /** Its output, unless it passed. */
  readonly log?: readonly string[]
}

/** The results of a whole log. */
export interface KtapReport extends Pick<KtapTest, 'counts' | 'tests' | 'status' | 'planned'> {
  readonly problems: readonly Problem[]
  /** The reason of a plan to run nothing (`1..0 # SKIP`). */
  readonly skip?: string
  /** A remark about the log that is no problem. */
  readonly note?: string
}

const none: Counts = { passed: 0, failed: 0, crashed: 0, skipped: 0 }

/** Adds up the leaves. */
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

/** Whether a test did not pass, although no directive expects it to fail. */
export function isFailure({ status, directive }: KtapTest): boolean {
  const isBad = status === 'failed' || status === 'crashed'
  return isBad && directive !== 'XFAIL' && directive !== 'TODO'
}

/** Gives the worst status among the leaves. */
export function statusOf(counts: Counts): Status {
  if (total(counts) === 0) return 'empty'
  if (counts.crashed > 0) return 'crashed'
  if (counts.failed > 0) return 'failed'
  return counts.passed > 0 ? 'passed' : 'skipped'
}

/**
 * Combines the status that a test gives itself with its subtests. A crash of a subtest is a crash of the parent; a parent
 * that failed although none of its subtests did counts as one more failure, which no count would show otherwise.
 */
export function summarised(
  said: Status,
  tests: readonly KtapTest[],
): { readonly status: Status; readonly counts: Counts } {
  const below = tests.map(({ counts }) => counts).reduce(plus, none)
  if (total(below) === 0) return { status: said, counts: one(said) }
  const status = statusOf(below)
  if (status === 'crashed') return { status, counts: below }
  return { status: said, counts: said === 'failed' && status !== 'failed' ? plus(below, one(said)) : below }
}

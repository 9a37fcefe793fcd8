// One row of the table of kernel complaints.

/** What kind of complaint it is. */
export type SplatKind =
  | 'panic'
  | 'reboot'
  | 'oops'
  | 'stack-overflow'
  | 'bug'
  | 'warning'
  | 'kasan'
  | 'kfence'
  | 'kcsan'
  | 'kmsan'
  | 'ubsan'
  | 'cfi'
  | 'lockdep'
  | 'rcu'
  | 'rcu-stall'
  | 'soft-lockup'
  | 'hard-lockup'
  | 'workqueue-lockup'
  | 'hung-task'
  | 'atomic-sleep'
  | 'preemption'
  | 'spinlock'
  | 'bad-page'
  | 'slab'
  | 'usercopy'
  | 'list-corruption'
  | 'refcount'
  | 'debug-objects'
  | 'oom'
  | 'allocation-failure'
  | 'leak'
  | 'irq'
  | 'netdev'
  | 'info'
  | 'trace'

/**
 * Where a report ends: with its only line, with the first line that matches, with its call trace, or with the last of
 * several traces.
 */
type ReportEnd = 'line' | 'trace' | 'traces' | RegExp

export interface Pattern {
  /** Of the golden log, tests/unit/console/golden/NAME.log. */
  readonly name: string
  readonly kind: SplatKind
  /** In every line that `begin` matches: only lines with one of these are looked at. */
  readonly needle: string
  /**
   * Matched against a line without its prefix. The groups `what`, `function`, `comm`, `pid` and `cpu` are what the
   * line says about the complaint.
   */
  readonly begin: RegExp
  /** `$what` is the group of `begin`; ` in FUNCTION` is put behind it when the guilty function is known. */
  readonly title: string
  readonly end: ReportEnd
  /** Every report of this kind has a call trace: one without is cut off. */
  readonly hasTrace: boolean
  /** A first line that does not match this is cut off. */
  readonly complete?: RegExp
  /**
   * How much the line says: in the head of a report the row that says most gives kind and title. 2 if not given;
   * 1 for what says where and not what, 0 for what only says that something comes.
   */
  readonly rank?: 0 | 1
  /** Further lines of the same report which would begin one elsewhere. */
  readonly inside?: RegExp
  /** The "cut here" line comes after this one, and not before. */
  readonly cutFollows?: true
  /** Too general for a line that may be of a program: the line must have a prefix of the kernel, if any line has. */
  readonly isGeneral?: true
  /**
   * What the call trace says about it. Default `trace`: whose fault it is. `interrupted`: where a processor was that does
   * not go on; what was called later than the interrupt says nothing. `nobody`: the trace is of whoever came by.
   */
  readonly blame?: 'interrupted' | 'nobody'
}

/** The end of whatever goes through die() or __warn(). */
export const endTrace: RegExp = /^---\[ end trace/
/** The line that closes what a sanitizer says. */
export const ruler: RegExp = /^={30,}$/

// One row of the splat table.

/**
 * Where a splat ends: with its only line, with the first line that matches, with its call trace, or with the last of
 * several traces.
 */
type SplatEnd = 'line' | 'trace' | 'traces' | RegExp

export interface Pattern<Kind extends string = string> {
  /** The name of the row and of its golden log, tests/unit/console/golden/NAME.log. */
  readonly name: string
  /** The class of the fault. */
  readonly kind: Kind
  /** Every line that `begin` matches has one of these texts: a fast search finds it before any expression is tried. */
  readonly needle: string | readonly string[]
  /**
   * Matches the first line of the splat, without its prefix. The groups `what`, `function`, `other`, `comm`, `pid` and `cpu`
   * hold the facts in the line.
   */
  readonly begin: RegExp
  /** `$what` stands for that group of `begin`; ` in FUNCTION` is appended when the guilty function is known. */
  readonly title: string
  readonly end: SplatEnd
  /** Every splat of this row has a call trace: one without a trace is cut off. */
  readonly hasTrace: boolean
  /** A first line that does not match this expression is cut off. */
  readonly complete?: RegExp
  /**
   * How much the line tells: in the head of a splat, the row of the highest rank gives kind and title. Default 2; 1 for a
   * line that tells where and not what, 0 for a line that only announces a splat.
   */
  readonly rank?: 0 | 1
  /** Matches lines that continue this splat, although they would begin another one elsewhere. */
  readonly inside?: RegExp
  /** The "cut here" line comes after this line instead of before it. */
  readonly cutFollows?: true
  /** The row may match the line of a program: the line must have a prefix of the kernel, if any line of the log has one. */
  readonly isGeneral?: true
  /**
   * What the call trace tells. Default: which function is guilty. `interrupted`: where a stuck processor was; the frames of
   * the interrupt itself tell nothing. `none`: the trace is of a task that only noticed the problem.
   */
  readonly blame?: 'interrupted' | 'none'
}

type Defaults = 'title' | 'end' | 'hasTrace'
type Row<Kind extends string> = { readonly kind: Kind } & Omit<Pattern, 'name' | 'kind' | Defaults> &
  Partial<Pick<Pattern, Defaults>>

/**
 * Makes a table from rows by name, and fills in the defaults: title `$what`, end `trace`, and a call trace unless the splat
 * is a single line.
 */
export function rows<const Kind extends string>(table: Readonly<Record<string, Row<Kind>>>): Pattern<Kind>[] {
  return Object.entries(table).map(([name, row]) => ({
    name,
    title: '$what',
    end: 'trace',
    hasTrace: row.end !== 'line',
    ...row,
  }))
}

/** Gives the rank of a row. */
export function rankOf({ rank }: Pick<Pattern, 'rank'>): number {
  return rank ?? 2
}

/** The end of every splat that die() or __warn() prints. */
export const endTrace: RegExp = /^---\[ end trace/
/** The line that closes the splat of a sanitizer. */
export const ruler: RegExp = /^={30,}$/

/**
 * Makes the expression that a first line with a place matches when it is whole: a function with offset and size, or as a
 * program has decoded it. `before` and `or` are sources of expressions: the text before the place, and other complete lines.
 */
export function wholePlace(before: string, or = ''): RegExp {
  const place = String.raw`[A-Za-z_][\w.]*(?![\w.])(?:\+0x[0-9a-f]+/0x[0-9a-f]+|[^[]{0,300} \[inline\]| \([^\s)]{0,300}:[\d?]+[^)]{0,300}\))`
  return new RegExp(`${before}${place}${or}`)
}

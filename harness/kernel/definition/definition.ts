// What a kernel under test is made of: the types of a checked definition.
import type { Dialect } from '../../uapi/dialect.ts'
import type { Allowance } from './allowances.ts'

/** Where the tree comes from; all paths are absolute. */
export type KernelSource =
  | { readonly kind: 'debian'; readonly package: string; readonly suite?: string }
  | { readonly kind: 'tarball'; readonly location: string; readonly sha256: string }
  | { readonly kind: 'git'; readonly location: string; readonly ref: string }
  | { readonly kind: 'dir'; readonly path: string }

/** A part of what is applied on top of the source, in order. A path is a folder of patches or an mbox file. */
export type SeriesPart =
  | { readonly kind: 'path'; readonly name: string; readonly path: string }
  | { readonly kind: 'git'; readonly name: string; readonly repository: string; readonly range: string }

/** A file of Kconfig options that are asked for. */
export interface FragmentFile {
  readonly name: string
  readonly path: string
}

/**
 * How much two scenarios share.
 * - `vm`, `boot`: each has a machine that nothing has run in, which was restored or has booted.
 * - `none`: a machine is kept for the next scenario while it is clean.
 */
export type Isolation = (typeof isolations)[number]

export const isolations = ['vm', 'boot', 'none'] as const

/** A kernel definition, checked, with all paths absolute. */
export interface KernelDefinition {
  readonly name: string
  readonly description: string
  /** The YAML file that says all this. */
  readonly file: string
  readonly source: KernelSource
  readonly series: readonly SeriesPart[]
  readonly fragments: readonly FragmentFile[]
  readonly dialect: Dialect
  /** Needs of scenarios that this kernel is known to lack, each with the reason; other skips are news. */
  readonly expectSkips: Readonly<Record<string, string>>
  /** Present when it is built in another way than its file says: it shares no objects with kernels that are not. */
  readonly flavour?: string
  /** How many times slower it is than a kernel without debug options; deadlines are multiplied by it. */
  readonly slowdown: number
  /** How much its scenarios share when nobody says it. */
  readonly isolation: Isolation
  /** What it may complain about. */
  readonly allow: readonly Allowance[]
}

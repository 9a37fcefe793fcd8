// The types of a checked kernel definition.
import type { DialectChoice } from '../../uapi/dialect.ts'
import type { Allowance } from './allowances.ts'

/** The origin of the tree. A `location` is a URL or an absolute path; the suite selects one of several archives. */
export type KernelSource =
  | { readonly kind: 'debian'; readonly package: string; readonly suite?: string }
  | { readonly kind: 'tarball'; readonly location: string; readonly sha256: string }
  | { readonly kind: 'git'; readonly location: string; readonly ref: string }
  | { readonly kind: 'dir'; readonly path: string }

/**
 * A part of the series, which is applied to the source in order. A path is a folder of patches or a file of mails; the
 * repository of a range is a URL or an absolute path; a Message-ID has no angle brackets.
 */
export type SeriesPart =
  | { readonly kind: 'path'; readonly name: string; readonly path: string }
  | { readonly kind: 'git'; readonly name: string; readonly repository: string; readonly range: string }
  | { readonly kind: 'mail'; readonly name: string; readonly messageId: string }

/** A file of requested Kconfig options. */
export interface FragmentFile {
  readonly name: string
  readonly path: string
}

/**
 * How much two scenarios share.
 * - `vm`, `boot`: each scenario has a fresh instance, which is restored or boots.
 * - `none`: the next scenario uses the same instance while the instance is clean.
 */
export type Isolation = (typeof isolations)[number]

export const isolations = ['vm', 'boot', 'none'] as const

/** The ways in which a kernel tells which of its code ran. */
export type CounterName = 'gcov' | 'kcov'

/** A kernel definition, checked, with all paths absolute. */
export interface KernelDefinition {
  readonly name: string
  readonly description: string
  /** The YAML file of the definition; for one of the command line, a file that does not exist. */
  readonly file: string
  readonly source: KernelSource
  readonly series: readonly SeriesPart[]
  readonly fragments: readonly FragmentFile[]
  /** Prerequisites of the series (patch-ids, change-ids, Message-IDs) that the source has, by the word of the user. */
  readonly inSource?: readonly string[]
  /** Patches that do not fit as they are are merged; each such hunk is in the provenance. */
  readonly threeWay?: boolean
  readonly dialect: DialectChoice
  /** Words for the command line of the kernel. */
  readonly parameters: readonly string[]
  /** Capabilities that this kernel is known to lack, each with the reason; other skips are reported. */
  readonly expectSkips: Readonly<Record<string, string>>
  /** Present when the kernel is built in another way than its file says: it has a work tree of its own. */
  readonly flavour?: string
  /** Present when KVM and the files of the series tell what runs of them: gcov counts lines, kcov traces a thread. */
  readonly counts?: CounterName
  /** Present when the kernel has only the first patches of its series: their number. */
  readonly firstPatches?: number
  /** How many times slower it is than a kernel without debug options; it multiplies deadlines. */
  readonly slowdown: number
  /** How much its scenarios share by default. */
  readonly isolation: Isolation
  /** Its allowances. */
  readonly allow: readonly Allowance[]
}

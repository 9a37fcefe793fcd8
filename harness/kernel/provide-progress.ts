// What a build tells whoever waits for it.

/** The stages of a build, in order; `waiting` comes before any of them that another builder holds. */
export type Phase = 'waiting' | 'source' | 'series' | 'config' | 'compile' | 'store'

export type BuildProgress =
  /** A stage began. */
  | { readonly type: 'phase'; readonly phase: Phase; readonly detail: string }
  /** The compiler got on. `expected` is known once this kernel has been built before. */
  | { readonly type: 'objects'; readonly built: number; readonly expected: number | undefined }
  /** Something that a person should know although the build goes on, one sentence. */
  | { readonly type: 'notice'; readonly message: string }

/** What every stage of a build is given. */
export interface BuildContext {
  /** The cache directory of gmemtest. */
  readonly cache: string
  readonly signal: AbortSignal
  /** A suite of Debian to take source packages from that name none themselves. */
  readonly aptSuite?: string
  readonly progress: (progress: BuildProgress) => void
}

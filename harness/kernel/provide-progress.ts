// The progress of a build, and the context that each of its stages gets.

/** The stages of a build, in order; `waiting` precedes a stage that another builder holds. */
export type Phase = 'waiting' | 'source' | 'series' | 'config' | 'compile' | 'store'

export type BuildProgress =
  /** A stage began. */
  | { readonly type: 'phase'; readonly phase: Phase; readonly detail: string }
  /** An object was compiled. `expected` is known once the tree has been built before. */
  | { readonly type: 'objects'; readonly built: number; readonly expected: number | undefined }
  /** One sentence for the user; the build goes on. */
  | { readonly type: 'notice'; readonly message: string }

/** The context of a build. */
export interface BuildContext {
  /** The cache directory of gmemtest. */
  readonly cache: string
  readonly signal: AbortSignal
  /** The Debian suite for source packages that name none themselves. */
  readonly aptSuite?: string
  /** Asks for what may have changed since it was fetched: a newer package, the present commit of a branch, the mails of a thread. */
  readonly refresh?: boolean
  readonly progress: (progress: BuildProgress) => void
}

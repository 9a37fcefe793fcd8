// The program of a failed test: the operations that the test sent to the agent, as a file beside the results.

/** The version of the file. A reader refuses another one. */
export const programVersion = 1

/** An operation and its end. Words are hexadecimal numbers by the names of their fields, bytes are base64. */
export interface StoredOperation {
  readonly name: string
  /** The forked child that performed it; missing: the agent itself. */
  readonly process?: number
  readonly request: Readonly<Record<string, string>>
  readonly bytes?: string
  /** The readable line of the operation and its end. */
  readonly line: string
  /** The number of the error, 0 for success; missing when the operation has no answer. */
  readonly errno?: number
  readonly answer?: Readonly<Record<string, string>>
  readonly answerBytes?: string
}

/** What ended the test: a check of a value, or what the kernel did beside its answers. */
export type FailureKind = 'check' | 'splat' | 'death' | 'hang' | 'leak' | 'warning' | 'other'

/** The file. */
export interface ProgramFile {
  readonly version: number
  /** A hash of the names whose positions travel as words: another gmemtest may number them in another way. */
  readonly protocol: string
  readonly suite: string
  readonly name: string
  readonly title: string
  readonly kernel: string
  /** The mutant whose patch the kernel has on top of its series. */
  readonly mutant?: string
  readonly dialect: string
  /** The huge pages that the instance must have, by size. */
  readonly pools: Readonly<Record<string, number>>
  /** The boot variants of the instance. */
  readonly boot: readonly string[]
  readonly failure: {
    readonly kind: FailureKind
    readonly message: string
    /** The compared values of a check. */
    readonly wanted?: unknown
    readonly found?: unknown
    readonly at?: string
  }
  /** Operations are missing at the start: the program cannot be repeated. */
  readonly isCut?: true
  readonly operations: readonly StoredOperation[]
}

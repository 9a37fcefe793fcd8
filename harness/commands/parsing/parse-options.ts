// The options of `gmemtest parse`.

/** The options of the verb. */
export interface ParseOptions {
  readonly json?: true
  readonly ktap?: true
  readonly vmlinux?: string
  readonly allow?: string
}

// The failure of a check: the kernel is wrong, and nothing else.

/** The kernel broke a rule. This is no error of the harness: the verdict is FAIL. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure'
  /** True if there is a wanted and a found value. */
  readonly compared: boolean
  readonly wanted: unknown
  readonly found: unknown

  constructor(message: string, details: { readonly wanted?: unknown; readonly found?: unknown } = {}) {
    super(message)
    this.compared = 'wanted' in details || 'found' in details
    this.wanted = details.wanted
    this.found = details.found
  }
}

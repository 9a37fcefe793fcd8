// The reason why a patch is refused before git applies it.

/** What is wrong with a text, and the next step of its reader. */
export interface Fault {
  readonly what: string
  readonly hint: string
}

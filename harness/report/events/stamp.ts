// The time and the place of an event.

/** The time and the place of an event; events of an earlier version may lack them. */
export interface Stamp {
  /** When it happened, ISO 8601; without it, when it was written. */
  readonly time?: string
  /** The worker that emitted it: each worker has one instance at a time. */
  readonly worker?: number
}

// What the main thread and the thread that watches it tell each other.

/** The shared memory of the two threads: the fields of an Int32Array. */
export const beatFields = { count: 0, hasDebugger: 1 } as const

/** The key on `globalThis` of functions that tell the current test and callback: the watching thread calls them as a debugger. */
export const contextKey = 'gmemtest.test'

/** The limits of a stall in milliseconds. */
export interface StallLimits {
  /** After this time, the code of a test is ended. */
  readonly soft: number
  /** After this time, a call that cannot be ended ends the process. */
  readonly hard: number
}

/** What the watching thread gets from the start. */
export interface Watch {
  readonly beat: Int32Array
  readonly limits: StallLimits
}

/** What the watching thread gets later: a test begins or ends. */
export interface Course {
  readonly test: string
  readonly isRunning: boolean
}

/** What the watching thread found and ended. */
export interface Stall {
  readonly test: string
  readonly seconds: number
  /** `FILE:LINE`, as far as it is known. */
  readonly place?: string
}

// Gives an error that no code caught, as after a missing await, to the test whose code caused it.
import { messageOf } from '../base/errors.ts'
import { currentTest } from './test-context.ts'

/** What is known about an uncaught error. */
export interface Claim {
  /** A test gets the error as its own, and the process goes on. */
  readonly isTaken: boolean
  /** The test whose code caused it, if a test did. */
  readonly test?: string | undefined
}

/** An error of a test that no code caught. Code of the test may still run. */
export class UncaughtInTest extends Error {
  override readonly name = 'UncaughtInTest'

  constructor(cause: unknown) {
    const stack = cause instanceof Error ? (cause.stack ?? '') : ''
    // Without an await, the caller in the test is often not in the stack: the last function is the nearest to it.
    const last = stack.split('\n').findLast((line) => /^\s+at /.test(line))
    const where = last === undefined ? '' : ` (${last.trim()})`
    super(`no code caught an error: ${messageOf(cause)}${where}; look for a missing await`, { cause })
    if (stack !== '') this.stack = stack
  }
}

/** The uncaught errors of one test, until it is disposed of. */
export interface Uncaught extends Disposable {
  /** The first one, if there was one. */
  readonly first: UncaughtInTest | undefined
  /** Settles only by a rejection with the first one. */
  readonly thrown: Promise<never>
}

const watches = new Map<string, (error: UncaughtInTest) => void>()
/** The tests that have ended with such an error: the code that still runs may cause more of them. */
const ended = new Set<string>()

/** Takes the uncaught errors of a test from now on. */
export function watchUncaught(test: string): Uncaught {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => undefined)
  let first: UncaughtInTest | undefined
  watches.set(test, (error) => {
    first ??= error
    reject(first)
  })
  return {
    get first() {
      return first
    },
    thrown: promise,
    [Symbol.dispose]: () => void watches.delete(test),
  }
}

/** Gives an uncaught error to the test in whose asynchronous context this is called, if that test is running. */
export function offerUncaught(error: unknown): Claim {
  const test = currentTest()
  const take = test === undefined ? undefined : watches.get(test)
  if (test === undefined || (take === undefined && !ended.has(test))) return { isTaken: false, test }
  ended.add(test)
  take?.(new UncaughtInTest(error))
  return { isTaken: true, test }
}

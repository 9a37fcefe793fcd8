// Finds the program behind a splat, a hang or a leak: each attempt runs in an instance of its own.
import type { TestFinished } from '../../report/events.ts'
import type { Program } from './program/fuzz-program.ts'
import { smallest, withoutSteps } from './search/shrink.ts'

/** Runs programs in a new instance, and returns the signature of their failure. */
export type Attempt = (programs: readonly Program[]) => Promise<string | undefined>

/** The result of a search for the program to blame. */
export interface Narrowed {
  readonly program: Program
  /** The index of the program among those that ran. */
  readonly index: number
  readonly isConfirmed: boolean
}

/** An instance takes a second or more to restore. */
const mostAttempts = 60

/** Returns a text that is the same for the same failure of a test: that of its first splat, or its message without numbers. */
export function signatureOf({ verdict, beforehand, splats = [], diagnostic }: TestFinished): string | undefined {
  if (verdict !== 'FAIL' || beforehand === true) return undefined
  const splat = splats.find(({ allowed }) => allowed === undefined)
  if (splat !== undefined) return `splat: ${splat.title}`
  return (diagnostic?.message ?? '').replaceAll(/0x[\da-f]+|\d+(?:\.\d+)?/gi, 'N')
}

/** Looks for the smallest program with this failure, the last one that ran first. */
export async function narrow(
  programs: readonly Program[],
  signature: string,
  attempt: Attempt,
): Promise<Narrowed | undefined> {
  let left = mostAttempts
  const fails = async (candidates: readonly Program[]): Promise<boolean> =>
    left-- > 0 && (await attempt(candidates)) === signature
  const last = programs.at(-1)
  if (last === undefined) return undefined
  const blamed = (await fails([last])) ? [last] : await blamedAmong(programs, fails)
  const [program = last] = blamed
  const index = programs.indexOf(program)
  // Several programs that need each other cannot be one.
  if (blamed.length !== 1) return { program: last, index: programs.length - 1, isConfirmed: false }
  const small = await withoutSteps(program, (smaller) => fails([smaller]))
  return { program: small, index, isConfirmed: true }
}

async function blamedAmong(
  programs: readonly Program[],
  fails: (candidates: readonly Program[]) => Promise<boolean>,
): Promise<readonly Program[]> {
  return (await fails(programs)) ? smallest(programs, fails) : []
}

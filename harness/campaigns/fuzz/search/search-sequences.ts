// Searches for a difference between kernel and model: random sequences, and the smallest program for the first difference.
import { asyncProperty, check } from 'fast-check'
import { fingerprintOf, type Difference } from '../program/model-difference.ts'
import { tryPlan, type Program } from '../program/fuzz-program.ts'
import type { PageSize } from '../program/world.ts'
import type { Bench } from './bench.ts'
import type { Finding } from './findings.ts'
import { programOf, sequences, type Weights } from './sequences.ts'
import { withoutSteps } from './shrink.ts'

export interface SearchOptions {
  readonly pageSize: PageSize
  readonly seed: number
  /** The most sequences, and the most milliseconds. */
  readonly runs: number
  readonly milliseconds?: number | undefined
  /** The number of one sequence, from 0: only this one is run. */
  readonly path?: number | undefined
  /** Tells whether a new kind of difference is a finding of this search. */
  readonly claim: (fingerprint: string) => boolean
  readonly signal: AbortSignal
  readonly weights?: Weights | undefined
  /** Called before each program. */
  readonly onProgram?: (program: Program, index: number) => void
}

export interface SearchResult {
  /** The sequences, without those that shrink, and their steps. */
  readonly sequences: number
  readonly steps: number
  readonly finding?: Finding
  /** The fingerprints of differences that are findings of others. */
  readonly known: readonly string[]
}

/** The most steps of a sequence: eight or nine are possible on average, in the states that they meet. */
const mostSteps = 24
/** Enough for a sequence of that many steps. */
const mostAttempts = 400

interface Found {
  readonly program: Program
  readonly difference: Difference
}

/**
 * Runs sequences until one shows a new kind of difference, and shrinks that one.
 * @throws the error of a program that ended in no difference: a splat, a hang, the death of the instance
 */
export async function search(bench: Bench, options: SearchOptions): Promise<SearchResult> {
  const { pageSize, seed, path, claim, signal, onProgram, weights } = options
  const fatal: unknown[] = []
  let fingerprint: string | undefined
  let first: Found | undefined
  let best: Found | undefined
  let attempts = 0
  let isOver = false
  const counts = { sequences: 0, steps: 0 }
  const known = new Set<string>()

  /** Runs a program; after trouble that ends the search, no further one. */
  async function differenceOf(program: Program): Promise<Difference | undefined> {
    if (fatal.length > 0 || signal.aborted) return undefined
    try {
      return await bench.run(program)
    } catch (error) {
      fatal.push(error)
      return undefined
    }
  }

  /** Ends the search: fast-check ends at the first failure, and finds none among the sequences that it then shrinks. */
  function over(): void {
    if (isOver) return
    isOver = true
    throw new Error('the search is over')
  }

  const property = asyncProperty(sequences(pageSize, mostSteps, weights), async (sequence) => {
    if (fatal.length > 0 || signal.aborted) return over()
    const isShrinking = fingerprint !== undefined
    if (isShrinking && ++attempts > mostAttempts) return
    const program = await programOf(sequence, pageSize, await bench.subject())
    if (!isShrinking) {
      onProgram?.(program, (path ?? 0) + counts.sequences)
      counts.sequences += 1
      counts.steps += program.steps.length
    }
    const difference = await differenceOf(program)
    if (fatal.length > 0) return over()
    if (difference === undefined) return
    const print = fingerprintOf(difference)
    if (!isShrinking && !claim(print)) known.add(print)
    if (isShrinking ? print !== fingerprint : known.has(print)) return
    fingerprint = print
    best = { program, difference }
    first ??= best
    throw new Error(print)
  })
  const limits = options.milliseconds === undefined ? {} : { interruptAfterTimeLimit: options.milliseconds }
  const numRuns = path === undefined ? options.runs : 1
  const details = await check(property, {
    seed,
    numRuns,
    ...limits,
    ...(path === undefined ? {} : { path: String(path) }),
  })
  signal.throwIfAborted()
  if (fatal.length > 0) throw fatal[0]
  if (best === undefined || first === undefined || fingerprint === undefined) {
    // An error of the generator is no difference of the kernel.
    if (details.failed && !details.interrupted) throw details.errorInstance
    return { ...counts, known: [...known] }
  }
  const wanted = fingerprint
  const fails = async (program: Program): Promise<Difference | undefined> => {
    if (tryPlan(program, await bench.subject()) === undefined) return undefined
    const difference = await differenceOf(program)
    return difference !== undefined && fingerprintOf(difference) === wanted ? difference : undefined
  }
  const smallest = await withoutSteps(best.program, async (program) => (await fails(program)) !== undefined)
  await bench.renew()
  const again = await fails(smallest)
  if (fatal.length > 0) throw fatal[0]
  const difference = again ?? best.difference
  return {
    ...counts,
    known: [...known],
    finding: {
      fingerprint,
      message: messageOf(difference),
      difference,
      program: smallest,
      seed,
      path: Number(details.counterexamplePath?.split(':')[0] ?? 0),
      before: first.program.steps.length,
      isConfirmed: again !== undefined,
    },
  }
}

/** Returns the difference in one sentence. */
export function messageOf({ where, field, wanted, found }: Difference): string {
  return `${where}: ${field}: wanted ${short(wanted)}, found ${short(found)}`
}

function short(value: unknown): string {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return String(value)
  return value.map(({ first, count, value: look }) => `${first}+${count}:${look}`).join(' ')
}

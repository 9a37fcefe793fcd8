// Searches for a difference between kernel and model: random sequences, and the smallest program for the first difference.
import { asyncProperty, check } from 'fast-check'
import { fingerprintOf, type Difference } from '../program/model-difference.ts'
import { tryPlan, type Program } from '../program/fuzz-program.ts'
import type { PageSize } from '../program/world.ts'
import type { Bench } from './bench.ts'
import type { Finding } from './findings.ts'
import type { Frontier } from './frontier.ts'
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
  /** The code that the campaign has reached, for a kernel that traces it: sequences go on from those that reach new code. */
  readonly frontier?: Frontier | undefined
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
  const { pageSize, seed, path, claim, signal, onProgram, weights, frontier } = options
  const fatal: unknown[] = []
  let fingerprint: string | undefined
  let first: Found | undefined
  let best: Found | undefined
  let attempts = 0
  let isOver = false
  const counts = { sequences: 0, steps: 0 }
  const known = new Set<string>()

  /** Runs a program; after trouble that ends the search, no further one. `keeper` keeps it if it reaches new code. */
  async function differenceOf(program: Program, keeper?: Frontier): Promise<Difference | undefined> {
    if (fatal.length > 0 || signal.aborted) return undefined
    try {
      const difference = await bench.run(program)
      if (keeper === undefined) return difference
      // What a program with a difference has reached is not for the next one.
      const reached = await bench.newCode()
      if (difference === undefined) keeper.add(program, reached)
      return difference
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

  /** Runs a program that counts, and tells whether it shows a new kind of difference. */
  async function shows(program: Program): Promise<boolean> {
    onProgram?.(program, (path ?? 0) + counts.sequences)
    counts.sequences += 1
    counts.steps += program.steps.length
    const difference = await differenceOf(program, frontier)
    if (difference === undefined) return false
    const print = fingerprintOf(difference)
    if (!claim(print)) known.add(print)
    if (known.has(print)) return false
    fingerprint = print
    first = best = { program, difference }
    return true
  }

  /** Runs a smaller program, and tells whether it shows the same. */
  async function showsAgain(program: Program): Promise<boolean> {
    const difference = await differenceOf(program)
    if (difference === undefined || fingerprintOf(difference) !== fingerprint) return false
    best = { program, difference }
    return true
  }

  const arbitrary = sequences(pageSize, mostSteps, { weights, isSteered: frontier !== undefined })
  const property = asyncProperty(arbitrary, async (sequence) => {
    if (fatal.length > 0 || signal.aborted) return over()
    const isShrinking = fingerprint !== undefined
    if (isShrinking && ++attempts > mostAttempts) return
    const program = await programOf(sequence, pageSize, await bench.subject(), frontier?.keptOf(pageSize))
    const isFound = isShrinking ? await showsAgain(program) : await shows(program)
    if (fatal.length > 0) return over()
    if (isFound) throw new Error(fingerprint)
  })
  const limits = options.milliseconds === undefined ? {} : { interruptAfterTimeLimit: options.milliseconds }
  const numRuns = path === undefined ? options.runs : 1
  // The first look begins the trace.
  if (frontier !== undefined) await bench.newCode()
  for (const program of frontier?.takeEarlier(pageSize) ?? []) {
    if (tryPlan(program, await bench.subject()) === undefined) continue
    if ((await shows(program)) || fatal.length > 0 || signal.aborted) break
  }
  const details =
    fingerprint !== undefined
      ? undefined
      : await check(property, { seed, numRuns, ...limits, ...(path === undefined ? {} : { path: String(path) }) })
  signal.throwIfAborted()
  if (fatal.length > 0) throw fatal[0]
  if (best === undefined || first === undefined || fingerprint === undefined) {
    // An error of the generator is no difference of the kernel.
    if (details?.failed === true && !details.interrupted) throw details.errorInstance
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
      path: Number(details?.counterexamplePath?.split(':')[0] ?? 0),
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

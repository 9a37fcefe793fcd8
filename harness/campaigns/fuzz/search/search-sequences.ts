// Searches for a difference between kernel and model: random sequences, and the smallest program for the first difference.
import { asyncProperty, check } from 'fast-check'
import { fingerprintOf, type Difference } from '../program/model-difference.ts'
import type { Program } from '../program/fuzz-program.ts'
import type { PageSize } from '../program/world.ts'
import type { Bench } from './bench.ts'
import type { Finding } from './findings.ts'
import type { Frontier } from './frontier.ts'
import { programOf, sequences, type Weights } from './sequences.ts'
import { withoutSteps } from './shrink.ts'
import { Trials } from './trials.ts'

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

/** A difference that random sequences have shown: the first program for it, and the smallest that fast-check found. */
interface Shown {
  readonly fingerprint: string
  readonly first: Found
  readonly best: Found
  /** The number of its sequence. */
  readonly path: number
}

type Explored = Omit<SearchResult, 'finding'> & { readonly shown?: Shown }

/**
 * Runs sequences until one shows a new kind of difference, and shrinks that one.
 * @throws the error of a program that ended in no difference: a splat, a hang, the death of the instance
 */
export async function search(bench: Bench, options: SearchOptions): Promise<SearchResult> {
  const trials = new Trials(bench, options.signal)
  const { shown, ...searched } = await explore(bench, trials, options)
  trials.throwIfOver()
  if (shown === undefined) return searched
  const { fingerprint, first, best, path } = shown
  const smallest = await withoutSteps(
    best.program,
    async (program) => (await trials.sameDifferenceOf(program, fingerprint)) !== undefined,
  )
  await bench.renew()
  const again = await trials.sameDifferenceOf(smallest, fingerprint)
  trials.throwIfOver()
  const difference = again ?? best.difference
  const before = first.program.steps.length
  const { seed } = options
  const finding = { fingerprint, difference, program: smallest, seed, path, before, isConfirmed: again !== undefined }
  return { ...searched, finding: { ...finding, message: messageOf(difference) } }
}

/** Runs the programs of earlier campaigns, then random sequences, up to the first new kind of difference. */
async function explore(bench: Bench, trials: Trials, options: SearchOptions): Promise<Explored> {
  const { pageSize, seed, path, claim, onProgram, weights, frontier } = options
  let shown: Omit<Shown, 'path'> | undefined
  let attempts = 0
  let isOver = false
  const counts = { sequences: 0, steps: 0 }
  const known = new Set<string>()

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
    const difference = await trials.differenceOf(program, frontier)
    if (difference === undefined) return false
    const fingerprint = fingerprintOf(difference)
    if (!claim(fingerprint)) known.add(fingerprint)
    if (known.has(fingerprint)) return false
    const found = { program, difference }
    shown = { fingerprint, first: found, best: found }
    return true
  }

  /** Runs a smaller program, and tells whether it shows the same. */
  async function showsAgain(program: Program, what: Omit<Shown, 'path'>): Promise<boolean> {
    const difference = await trials.sameDifferenceOf(program, what.fingerprint)
    if (difference === undefined) return false
    shown = { ...what, best: { program, difference } }
    return true
  }

  function resultOf(number: number): Explored {
    const result = { ...counts, known: [...known] }
    return shown === undefined ? result : { ...result, shown: { ...shown, path: number } }
  }

  const arbitrary = sequences(pageSize, mostSteps, { weights, isSteered: frontier !== undefined })
  const property = asyncProperty(arbitrary, async (sequence) => {
    if (trials.isOver) return over()
    if (shown !== undefined && ++attempts > mostAttempts) return
    const program = await programOf(sequence, pageSize, await bench.subject(), frontier?.keptOf(pageSize))
    const isFound = shown === undefined ? await shows(program) : await showsAgain(program, shown)
    if (trials.isOver) return over()
    if (isFound) throw new Error(shown?.fingerprint)
  })
  // The first look begins the trace.
  if (frontier !== undefined) await bench.newCode()
  for (const program of frontier?.takeEarlier(pageSize) ?? []) {
    if (!(await trials.isPossible(program))) continue
    if ((await shows(program)) || trials.isOver) return resultOf(0)
  }
  const limits = options.milliseconds === undefined ? {} : { interruptAfterTimeLimit: options.milliseconds }
  const only = path === undefined ? { numRuns: options.runs } : { numRuns: 1, path: String(path) }
  const details = await check(property, { seed, ...limits, ...only })
  // An error of the generator is no difference of the kernel.
  if (shown === undefined && !trials.isOver && details.failed && !details.interrupted) throw details.errorInstance
  return resultOf(Number(details.counterexamplePath?.split(':')[0] ?? 0))
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

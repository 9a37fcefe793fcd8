// The plan of a campaign: batches of sequences, each with a seed of its own and an instance of its own.
import type { PageSize } from './program/world.ts'

export interface Batch {
  readonly name: string
  readonly pageSize: PageSize
  readonly seed: number
  readonly runs: number
  /** The batch ends after this time. */
  readonly milliseconds?: number
  /** The number of the only sequence. */
  readonly path?: number
}

/** How much a campaign does for each size of pages: a number of sequences, or a time for all sizes together. */
export type Amount = { readonly runs: number } | { readonly milliseconds: number } | { readonly path: number }

/** Splats, hangs and leaks are looked for in the sequences of one batch: a short one is narrowed down faster. */
const batchRuns = 100
const batchMilliseconds = 60_000

/** Divides a campaign into batches, the sizes of pages in turns. */
export function planBatches(sizes: readonly PageSize[], seed: number, amount: Amount): Batch[] {
  const rounds = batchesOf(amount, sizes.length)
  return rounds.flatMap((part, index) =>
    sizes.map((pageSize) => {
      const own = (seed + index) % 2 ** 31
      return { name: `fuzz-${pageSize}-${own}`, pageSize, seed: own, ...part }
    }),
  )
}

type Part = Pick<Batch, 'runs' | 'milliseconds' | 'path'>

function batchesOf(amount: Amount, sizes: number): Part[] {
  if ('path' in amount) return [{ runs: 1, path: amount.path }]
  if ('runs' in amount) {
    const count = Math.ceil(amount.runs / batchRuns)
    return Array.from({ length: count }, (_, index) => ({
      runs: Math.min(batchRuns, amount.runs - index * batchRuns),
    }))
  }
  const share = amount.milliseconds / sizes
  const count = Math.ceil(share / batchMilliseconds)
  return Array.from({ length: count }, () => ({ runs: 2 ** 31, milliseconds: share / count }))
}

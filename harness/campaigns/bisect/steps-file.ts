// The results of a search that is not over: the same command goes on from them.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { readJson, writeWhole } from '../../cache/atomic-file.ts'
import { keyOf } from '../../cache/hash.ts'
import { prune } from '../../cache/whole-directory.ts'
import type { Step } from './tried-kernel.ts'

/** How many searches that are not over the cache keeps. */
const mostSearches = 64

const storedSteps = z.array(
  z.strictObject({
    applied: z.number(),
    mark: z.enum(['good', 'bad', 'skip']),
    message: z.string(),
    failures: z.strictObject({ count: z.number(), total: z.number() }).exactOptional(),
  }),
)

/** The file of one search. */
export class StepsFile {
  readonly #file: string

  /** `question` has everything on which the results depend. */
  constructor(cache: string, question: unknown) {
    this.#file = path.join(cache, 'bisections', `${keyOf(question)}.json`)
  }

  /** Reads the results; none for a new search, or from a damaged file. */
  async read(): Promise<Step[]> {
    return storedSteps.safeParse(await readJson(this.#file)).data ?? []
  }

  /** @throws the error of the file system: results that cannot be kept would be lost without a word */
  async write(steps: readonly Step[]): Promise<void> {
    await writeWhole(this.#file, JSON.stringify(steps))
    await prune(path.dirname(this.#file), mostSearches)
  }

  /** Forgets the results: the next search of this question begins anew. */
  async remove(): Promise<void> {
    await rm(this.#file, { force: true })
  }
}

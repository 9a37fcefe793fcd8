// The results of a search that is not over: the same command goes on from them.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { fieldsOf } from '../../base/has-shape.ts'
import { readJson, writeWhole } from '../../cache/atomic-file.ts'
import { keyOf } from '../../cache/hash.ts'
import { prune } from '../../cache/whole-directory.ts'
import type { Step } from './find-patch.ts'

/** How many searches that are not over the cache keeps. */
const mostSearches = 64

const marks: ReadonlySet<string> = new Set(['good', 'bad', 'skip'])

/** The file of one search. */
export class StepsFile {
  readonly #file: string

  /** `question` has everything on which the results depend. */
  constructor(cache: string, question: unknown) {
    this.#file = path.join(cache, 'bisections', `${keyOf(question)}.json`)
  }

  /** Reads the results; none for a new search. */
  async read(): Promise<Step[]> {
    const found = fieldsOf(await readJson(this.#file), { applied: 'number', mark: 'string', message: 'string' })
    return found.flatMap(([, { applied, mark, message }]) => (isMark(mark) ? [{ applied, mark, message }] : []))
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

function isMark(text: string): text is Step['mark'] {
  return marks.has(text)
}

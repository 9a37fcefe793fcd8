// Why lines of a series cannot run in a test: uncovered.yaml beside its patches.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { hasCode } from '../../base/errors.ts'
import { readTextFile } from '../../base/read-text-file.ts'
import { readYaml } from '../../base/yaml/yaml-file.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { explanationsName } from '../../kernel/series/folder.ts'

/** Lines of a function that no test runs, and the reason. */
export interface Explanation {
  readonly file: string
  readonly function: string
  /** The texts of the lines, without the blanks around them; a text covers all lines of the function that have it. */
  readonly lines: readonly string[]
  readonly reason: string
}

const word = z.string().trim().min(1, 'must not be empty')
const entrySchema: z.ZodType<Explanation> = z.strictObject({
  file: word,
  function: word,
  lines: z.array(word).min(1, 'must name a line'),
  reason: word,
})
const keys: readonly (keyof Explanation)[] = ['file', 'function', 'lines', 'reason']

/**
 * Reads the explanations of a definition's series, of all its folders that have some.
 * @throws {UsageError} NOT_A_TEXT, or EXPLANATIONS_INVALID with file, line and column of each mistake
 */
export async function readExplanations({ series }: Pick<KernelDefinition, 'series'>): Promise<readonly Explanation[]> {
  const all: Explanation[] = []
  for (const part of series) {
    if (part.kind !== 'path' || !(await stat(part.path)).isDirectory()) continue
    const file = path.join(part.path, explanationsName)
    const text = await readTextFile(file, 'a list of explained lines').catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return undefined
      throw error
    })
    if (text !== undefined) all.push(...parseExplanations(file, text))
  }
  return all
}

/** @throws {UsageError} EXPLANATIONS_INVALID */
export function parseExplanations(file: string, text: string): readonly Explanation[] {
  return readYaml(file, text, {
    schema: z.array(entrySchema, "must be a list of entries '- file: …', with no key around it"),
    code: 'EXPLANATIONS_INVALID',
    what: 'a list of explained lines',
    keysAt: () => keys,
  })
}

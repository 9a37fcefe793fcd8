// Reads what gcov prints with --json-format (gcov(1)).
import path from 'node:path'
import { z } from 'zod'
import { InfraError } from '../../base/errors.ts'
import type { LineCounts } from './line-counts.ts'

const schema = z.object({
  files: z.array(
    z.object({
      file: z.string(),
      lines: z.array(z.object({ line_number: z.int().positive(), count: z.number() })),
    }),
  ),
})

/**
 * Reads the line that gcov prints for one object. Paths are relative to the tree; `objects` is the directory of the objects,
 * relative to the tree, in which the compiler ran. A line of an inline function that the object has several times counts as
 * often as all of them ran.
 * @throws {InfraError} GCOV_FAILED for a text that gcov does not print
 */
export function countsOf(text: string, objects: string): LineCounts {
  const counts = new Map<string, Map<number, number>>()
  for (const { file, lines } of parsed(text).files) {
    const name = path.posix.normalize(path.posix.join(objects, file))
    if (name.startsWith('../') || path.isAbsolute(file)) continue
    const own = counts.get(name) ?? new Map<number, number>()
    for (const { line_number: line, count } of lines) own.set(line, (own.get(line) ?? 0) + possible(count))
    counts.set(name, own)
  }
  return counts
}

/**
 * Returns a count that a line can have. gcov computes most counts from others: where a thread ran while the counters were read,
 * or an instance lies, a count may be negative, which proves no run, or absurd.
 */
function possible(count: number): number {
  return Math.min(Math.max(count, 0), 2 ** 40)
}

function parsed(text: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new InfraError('GCOV_FAILED', 'gcov printed no description of lines', {
      cause,
      hint: 'use the gcov of the gcc that built the kernel: gcov --version',
    })
  }
}

// The C programs of failed tests, as the pages of these tests show them.
import { isRed } from '../meaning/change.ts'
import type { Result } from '../gather.ts'
import { countText } from './wording.ts'
import { markup, type Markup } from './markup.ts'

/** A program of a failed test in C, or the reason for which C cannot do what the test did. */
export type Reproducer = { readonly source: string } | { readonly refused: string }

/** Makes the reproducer of a program of this name in the directory of the results; undefined when there is none. */
export type ReproducerOf = (program: string) => Promise<Reproducer | undefined>

/** The most programs of a report: each has about 15 kB, and a kernel that fails every test needs no more. */
const mostPrograms = 20

/** Makes the reproducers of the first failures, those first that make the run fail; by the names of the tests. */
export async function reproducersOf(
  results: readonly Result[],
  reproducerOf: ReproducerOf | undefined,
): Promise<ReadonlyMap<string, Reproducer>> {
  if (reproducerOf === undefined) return new Map()
  const left = results.flatMap((result) => {
    const program = result.diagnostic?.program
    return program === undefined ? [] : [{ name: result.name, program, order: isRed(result) ? 0 : 1 }]
  })
  const made = new Map<string, Reproducer>()
  for (const { name, program } of left.toSorted((a, b) => a.order - b.order).slice(0, mostPrograms)) {
    const reproducer = await reproducerOf(program)
    if (reproducer !== undefined) made.set(name, reproducer)
  }
  return made
}

/** Returns the part of a page below its heading. */
export function reproducerPart(name: string, reproducer: Reproducer): Markup {
  if ('refused' in reproducer) return markup`<p>There is none: ${reproducer.refused}.</p>`
  const { source } = reproducer
  const file = `${name.replaceAll(/[^\w.-]/g, '_')}.c`
  const lines = countText(source.split('\n').length - 1, 'line')
  return markup`<details class="source"><summary>${file}, ${lines}: it needs only gcc and /dev/kvm</summary><pre>${source}</pre></details><p><button type="button" hidden data-file="${file}">Save ${file}</button></p>`
}

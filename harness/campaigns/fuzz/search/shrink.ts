// Makes a program smaller, as long as it still fails: for trouble that costs an instance, each attempt needs a new one.
import type { Program } from '../program/fuzz-program.ts'

/**
 * Removes steps: halves first, then smaller parts, then single ones, until no step can be removed (delta debugging).
 * @param fails tells whether a smaller program still fails; a program with an impossible step does not
 */
export async function withoutSteps(program: Program, fails: (smaller: Program) => Promise<boolean>): Promise<Program> {
  const steps = await smallest(program.steps, (left) => fails({ ...program, steps: left }))
  return { ...program, steps }
}

/** Returns the smallest part of a list, by removal, that still fails. */
export async function smallest<Item>(
  items: readonly Item[],
  fails: (left: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  let left = items
  let size = Math.ceil(left.length / 2)
  while (size >= 1 && left.length > 0) {
    const before = left.length
    // From the end on: later steps need earlier ones.
    for (let end = left.length; end > 0; end -= size) {
      const candidate = [...left.slice(0, Math.max(0, end - size)), ...left.slice(end)]
      if (await fails(candidate)) left = candidate
    }
    if (size === 1 && left.length === before) break
    size = size === 1 ? 1 : Math.ceil(size / 2)
  }
  return left
}

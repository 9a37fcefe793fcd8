// The guest addresses of memslots: each slot has a window of its own, which a later slot may use again.
import { agentArea } from '../../../vocabulary/nested-vm.ts'
import type { World } from './world.ts'

/** The number of slots that a file can have at once; one more window is for the check at the end. */
export const windows = 4

/** Larger than any file, so that a guest address is congruent to the offset in the file modulo each size of pages. */
const windowSize = 2 ** 32

/** Returns the guest address at which a window begins. */
export function gpaOfWindow(index: number): number {
  return agentArea.end + index * windowSize
}

/** Returns the first window that no slot uses. */
export function windowAt({ slots }: Pick<World, 'slots'>): { readonly index: number; readonly gpa: number } {
  let index = 0
  while (slots.some(({ window }) => window === index)) index += 1
  return { index, gpa: gpaOfWindow(index) }
}

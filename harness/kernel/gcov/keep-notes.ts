// Keeps what gcov needs beside its counters: for each object that counts, the notes that the compiler wrote.
import { create } from 'tar'
import { BuildError } from '../../base/errors.ts'
import type { Patch } from '../series/patch.ts'
import { listTree } from '../source/listing.ts'
import { isCounted } from './counted-files.ts'

/**
 * Writes the notes of a tree's objects into an archive. Notes of objects that no longer count may lie there from an earlier
 * build, and are left out.
 * @throws {BuildError} COUNTERS_MISSING when no object counts
 */
export async function keepNotes(
  objects: string,
  archive: string,
  patches: readonly Pick<Patch, 'diff' | 'strip'>[],
  signal: AbortSignal,
): Promise<void> {
  const files = await listTree(objects, signal)
  const names = [...files.keys()]
    .filter((name) => name.endsWith('.gcno') && isCounted(name.replace(/\.gcno$/, '.c'), patches))
    .toSorted()
  if (names.length === 0) {
    throw new BuildError('COUNTERS_MISSING', 'no object of the kernel counts its lines', {
      hint: 'the tree has neither virt/kvm nor arch/x86/kvm/mmu, or its kbuild does not read GCOV_PROFILE',
    })
  }
  await create({ cwd: objects, file: archive, portable: true, noMtime: true, strict: true }, names)
}

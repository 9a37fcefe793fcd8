// Puts the kernels of an archive into the store: all of them, or none.
import { chmod, mkdir, readdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { makePrivate, asideOf, readJson, sweep, writeWhole } from '../../cache/atomic-file.ts'
import { removeTree } from '../../cache/remove-tree.ts'
import { cacheError } from '../../cache/space.ts'
import { findEntry, manifestName, storeEntry } from '../../cache/store.ts'
import { holdEntry } from '../../cache/uses.ts'
import { kernelShelf, productNames } from '../kernel-store.ts'
import { directoriesOf, type ArchiveName } from './archive-names.ts'
import { refusedArchive, unpackArchive } from './unpack-archive.ts'

/** A kernel of an archive. */
export interface ImportedKernel {
  readonly key: string
  readonly directory: string
  /** The name of its definition, and what compiled it. */
  readonly definition: string
  readonly compiler: string
  /** The store had it already. */
  readonly isKnown: boolean
}

/**
 * Imports an archive of `exportKernels`. It replaces the pins of the kernels' sources and the durations of their scenarios,
 * so that this computer finds the kernels, and divides the scenarios as the other one does.
 * @throws {UsageError} ARCHIVE_REFUSED
 * @throws {InfraError} NO_SPACE, CACHE_NOT_WRITABLE
 */
export async function importKernels(
  cache: string,
  input: AsyncIterable<Uint8Array | string>,
  signal: AbortSignal,
): Promise<ImportedKernel[]> {
  try {
    await makePrivate(cache)
    await sweep(cache)
    const scratch = asideOf(path.join(cache, 'import'))
    await using stack = new AsyncDisposableStack()
    stack.defer(() => removeTree(scratch))
    await mkdir(scratch, { mode: 0o700 })
    const names = await unpackArchive(input, scratch, signal)
    return await store(cache, scratch, names)
  } catch (error) {
    throw cacheError(error, cache)
  }
}

async function store(
  cache: string,
  scratch: string,
  names: ReadonlyMap<string, ArchiveName>,
): Promise<ImportedKernel[]> {
  const kernels = Map.groupBy(
    [...names.values()].filter((name) => name.kind === 'kernel'),
    ({ key }) => key,
  )
  if (kernels.size === 0) throw refusedArchive('it has no kernel')
  const checked = []
  for (const [key, files] of kernels)
    checked.push(
      await checkKernel(
        scratch,
        key,
        files.map(({ file }) => file),
      ),
    )
  const { checkPin, checkDurations } = await import('./check-notes.ts')
  const contents = new Set(checked.map(({ content }) => content))
  const notes: { readonly file: string; readonly value: unknown }[] = []
  for (const [name, { kind, file }] of names) {
    if (kind === 'kernel') continue
    const read = await readJson(path.join(scratch, name))
    const value = kind === 'pin' ? checkPin(name, read, contents) : checkDurations(name, read)
    notes.push({ file: path.join(directoriesOf(cache)[kind], file), value })
  }
  const imported: ImportedKernel[] = []
  for (const kernel of checked) imported.push(await storeKernel(cache, scratch, kernel))
  for (const { file, value } of notes) await writeWhole(file, JSON.stringify(value, undefined, 2))
  return imported
}

interface CheckedKernel extends Pick<ImportedKernel, 'key' | 'definition' | 'compiler'> {
  readonly content: string
}

/** @throws {UsageError} ARCHIVE_REFUSED unless the files are those of the manifest, and the provenance that of the key */
async function checkKernel(scratch: string, key: string, files: readonly string[]): Promise<CheckedKernel> {
  const shelf = kernelShelf(scratch, true)
  const lacking = [manifestName, ...Object.values(productNames)].find((name) => !files.includes(name))
  if (lacking !== undefined) throw refusedArchive(`the kernel ${key} has no ${lacking}`)
  const manifest = await readJson(path.join(shelf.root, key, manifestName))
  const listed = typeof manifest === 'object' && manifest !== null ? Object.keys(manifest) : []
  // The manifest decides which files are read.
  const foreign = listed.find((name) => !files.includes(name))
  if (foreign !== undefined) throw refusedArchive(`the manifest of ${key} has a file that no kernel has`)
  const damage = await (await findEntry(shelf, key))?.damage
  if (damage !== undefined) throw refusedArchive(`the kernel ${key} is damaged: ${damage}`)
  const { checkProvenance } = await import('./check-notes.ts')
  const provenance = await readJson(path.join(shelf.root, key, productNames.provenance))
  const { definition, compiler, source } = checkProvenance(key, provenance)
  return { key, definition, compiler, content: source.content }
}

async function storeKernel(
  cache: string,
  scratch: string,
  { key, definition, compiler }: CheckedKernel,
): Promise<ImportedKernel> {
  const shelf = kernelShelf(cache, true)
  const directory = path.join(shelf.root, key)
  await holdEntry(cache, directory)
  const found = await findEntry(shelf, key)
  const isKnown = found !== undefined && (await found.damage) === undefined
  if (!isKnown) {
    const from = path.join(kernelShelf(scratch).root, key)
    await storeEntry(shelf, key, async (aside) => {
      for (const name of await readdir(from)) {
        if (name === manifestName) continue
        const file = path.join(aside, name)
        await rename(path.join(from, name), file)
        if (name.startsWith(productNames.vmlinux)) await chmod(file, 0o755)
      }
    })
  }
  return { key, directory, definition, compiler, isKnown }
}

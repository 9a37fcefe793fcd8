// Writes stored kernels as an archive that another computer imports.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { create } from 'tar'
import { InfraError, UsageError } from '../../base/errors.ts'
import { hasShape } from '../../base/has-shape.ts'
import { nearest } from '../../base/nearest.ts'
import { exists, readJson } from '../../cache/atomic-file.ts'
import { findEntry, manifestName } from '../../cache/store.ts'
import { holdEntry } from '../../cache/uses.ts'
import { isProvenance } from '../build-provenance.ts'
import { kernelShelf, notesName, productNames } from '../kernel-store.ts'
import { directoriesOf } from './archive-names.ts'

/**
 * Writes an archive of kernels to a stream: a tar, compressed with zstd, the same bytes each time. It reads every byte of
 * the kernels first, and adds the identities of their sources and how long the scenarios take on them.
 * @throws {UsageError} KERNEL_NOT_STORED
 * @throws {InfraError} STORE_DAMAGED
 */
export async function exportKernels(cache: string, keys: readonly string[], output: Writable): Promise<void> {
  const names: string[] = []
  const more = new Set<string>()
  for (const key of new Set(keys)) {
    names.push(...(await filesOf(cache, key)))
    for (const file of await notesAbout(cache, key)) more.add(file)
  }
  const options = { cwd: cache, portable: true, noMtime: true, zstd: true, strict: true } as const
  await pipeline(create(options, [...names, ...[...more].toSorted()]), output, { end: false })
}

/** Returns the files of a kernel, whose content is that of the manifest, which comes first. */
async function filesOf(cache: string, key: string): Promise<string[]> {
  const shelf = kernelShelf(cache, true)
  const directory = path.join(shelf.root, key)
  await holdEntry(cache, directory)
  const found = /^[0-9a-f]{32}$/.test(key) ? await findEntry(shelf, key) : undefined
  if (found === undefined) throw await notStored(shelf.root, key)
  const damage = await found.damage
  if (damage !== undefined) {
    throw new InfraError('STORE_DAMAGED', `the kernel ${key} in the cache is damaged: ${damage}`, {
      hint: 'build it again: gmemtest build NAME --verify',
    })
  }
  const relative = path.relative(cache, directory)
  const notes = (await exists(path.join(directory, notesName))) ? [notesName] : []
  return [manifestName, ...[...Object.values(productNames), ...notes].toSorted()].map((name) =>
    path.join(relative, name),
  )
}

async function notStored(root: string, key: string): Promise<UsageError> {
  const [near] = nearest(key, await readdir(root).catch(() => []))
  return new UsageError('KERNEL_NOT_STORED', `the cache has no kernel with the key '${key}'`, {
    hint: near === undefined ? 'gmemtest build NAME prints the key of a kernel' : `the nearest key is ${near}`,
  })
}

/** Returns the files that let another computer find and divide what this one knows of a kernel. */
async function notesAbout(cache: string, key: string): Promise<string[]> {
  const directories = directoriesOf(cache)
  const provenance = await readJson(path.join(directories.kernel, key, productNames.provenance))
  if (!isProvenance(provenance)) return []
  const pins = await jsonFilesIn(directories.pin)
  const contents = await Promise.all(pins.map(async (file) => contentOf(await readJson(file))))
  const durations = (await jsonFilesIn(directories.durations)).filter((file) => {
    const name = path.basename(file)
    const accelerator = name.startsWith(`${provenance.definition}-`) ? name.slice(provenance.definition.length + 1) : ''
    return /^\w+\.json$/.test(accelerator)
  })
  const own = pins.filter((_, index) => contents[index] === provenance.source.content)
  return [...own, ...durations].map((file) => path.relative(cache, file))
}

async function jsonFilesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((): string[] => [])
  return names
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .map((name) => path.join(directory, name))
}

function contentOf(value: unknown): string | undefined {
  return hasShape(value, { content: 'string', directory: 'string', facts: 'object' }) ? value.content : undefined
}

// Finished builds, each under the hash of everything that it was made from. An entry is whole or it is not there.
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { constants } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../base/errors.ts'
import { flush, readJson, sha256OfFile, writeWhole } from './atomic-file.ts'
import type { BuildContext } from '../kernel/provide-progress.ts'
import { noSpaceError } from './space.ts'

/** The files of an entry, beside its manifest. */
export const productNames = {
  /** What is booted: symbols, no debug info. */
  vmlinux: 'vmlinux',
  vmlinuxDebug: 'vmlinux.debug',
  bzImage: 'bzImage',
  config: 'config',
  systemMap: 'System.map',
  log: 'build.log',
  provenance: 'provenance.json',
} as const

/** Builds of one kind. */
export interface Shelf {
  /** Below the cache. */
  readonly directory: string
  /** The files without which an entry is not whole, beside its manifest. */
  readonly products: readonly string[]
}

const kernelShelf: Shelf = { directory: 'kernels', products: Object.values(productNames) }

interface Product {
  readonly size: number
  readonly time: number
  readonly sha256: string
}

/** Sizes, times and hashes of the files of an entry; it is written last. */
type Manifest = Readonly<Record<string, Product>>

const manifestName = 'manifest.json'

/** Where the entry of a key is, or would be. */
export function entryOf(cache: string, key: string, shelf: Shelf = kernelShelf): string {
  return path.join(cache, shelf.directory, key)
}

/**
 * Whether there is a whole entry. Sizes and times are compared; a file whose time differs, or every file with
 * `verify`, is read. An entry that is damaged is removed, and a notice says so.
 */
export async function findEntry(
  key: string,
  context: BuildContext,
  verify = false,
  shelf: Shelf = kernelShelf,
): Promise<boolean> {
  const entry = entryOf(context.cache, key, shelf)
  const manifest = asManifest(await readJson(path.join(entry, manifestName)))
  const isThere = await stat(entry).then(
    () => true,
    () => false,
  )
  if (!isThere) return false
  const damage =
    manifest === undefined ? 'it has no manifest' : await findDamage(entry, manifest, shelf, verify)
  if (damage === undefined) return true
  context.progress({
    type: 'notice',
    message: `the build ${key} in the cache is damaged (${damage}); it is removed and built again`,
  })
  await rm(entry, { recursive: true, force: true })
  return false
}

async function findDamage(
  entry: string,
  manifest: Manifest,
  shelf: Shelf,
  verify: boolean,
): Promise<string | undefined> {
  for (const name of shelf.products) {
    if (manifest[name] === undefined) return `${name} is not in its manifest`
  }
  const checks = Object.entries(manifest).map(async ([name, product]) => {
    const file = path.join(entry, name)
    const status = await stat(file).catch(() => undefined)
    if (status === undefined) return `${name} is missing`
    if (status.size !== product.size) return `${name} has ${status.size} bytes instead of ${product.size}`
    const isAsWritten = Math.floor(status.mtimeMs) === product.time
    if (isAsWritten && !verify) return undefined
    return (await sha256OfFile(file)) === product.sha256 ? undefined : `${name} has other content`
  })
  return (await Promise.all(checks)).find((damage) => damage !== undefined)
}

function asManifest(value: unknown): Manifest | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const manifest: Record<string, Product> = {}
  for (const [name, product] of Object.entries(value)) {
    if (!isProduct(product)) return undefined
    manifest[name] = product
  }
  return manifest
}

function isProduct(value: unknown): value is Product {
  return (
    typeof value === 'object' &&
    value !== null &&
    'size' in value &&
    typeof value.size === 'number' &&
    'time' in value &&
    typeof value.time === 'number' &&
    'sha256' in value &&
    typeof value.sha256 === 'string'
  )
}

/**
 * Stores an entry: `fill` writes the files to a new directory, which gets its final name when all of it is on the
 * disk. Call it with the lock of the key held.
 * @throws {InfraError} NO_SPACE
 */
export async function storeEntry(
  key: string,
  context: BuildContext,
  fill: (directory: string) => Promise<void>,
  shelf: Shelf = kernelShelf,
): Promise<void> {
  const entry = entryOf(context.cache, key, shelf)
  const temporary = `${entry}.new`
  await rm(temporary, { recursive: true, force: true })
  await mkdir(temporary, { recursive: true })
  try {
    await fill(temporary)
    const manifest: Record<string, Product> = {}
    for (const name of (await readdir(temporary)).toSorted()) {
      const file = path.join(temporary, name)
      await flush(file)
      const { size, mtimeMs } = await stat(file)
      manifest[name] = { size, time: Math.floor(mtimeMs), sha256: await sha256OfFile(file) }
    }
    await writeWhole(path.join(temporary, manifestName), JSON.stringify(manifest, undefined, 2))
    await flush(temporary)
    await rm(entry, { recursive: true, force: true })
    await rename(temporary, entry)
    await flush(path.dirname(entry))
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw noSpaceError(messageOf(error), 'storing the build') ?? error
  }
}

/** Copies a product into an entry that is being made. */
export async function addProduct(from: string, directory: string, name: string): Promise<void> {
  await copyFile(from, path.join(directory, name), constants.COPYFILE_FICLONE)
}

/** What builders that died left beside the entries: their half-made ones, older than an hour. */
export async function removeLeftovers(
  cache: string,
  now: number = Date.now(),
  shelf: Shelf = kernelShelf,
): Promise<void> {
  const directory = path.join(cache, shelf.directory)
  const names = await readdir(directory).catch((): string[] => [])
  for (const name of names.filter((candidate) => candidate.endsWith('.new'))) {
    const file = path.join(directory, name)
    const status = await stat(file).catch(() => undefined)
    if (status !== undefined && now - status.mtimeMs > 3_600_000)
      await rm(file, { recursive: true, force: true })
  }
}

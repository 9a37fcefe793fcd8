// The store: finished products, each under a hash of everything that it was made from. An entry is whole, or is made again.
import { readdir, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { fieldsOf } from '../base/has-shape.ts'
import { exists, flush, readJson, writeWhole } from './atomic-file.ts'
import { sha256OfFile } from './hash.ts'
import { cacheError } from './space.ts'
import { discard, makeWhole, prune } from './whole-directory.ts'

/** Entries of one kind. */
export interface Shelf {
  /** The directory of all entries. */
  readonly root: string
  /** Reads every byte of an entry before each use; otherwise only files whose time differs from the manifest. */
  readonly readsAll: boolean
  /** The files without which an entry is not whole. */
  readonly products?: readonly string[]
  /** How many entries stay: the ones used last. Default: all. */
  readonly mostKept?: number
}

/** An existing entry. */
interface FoundEntry {
  readonly directory: string
  /** Says how the entry is damaged; undefined for a whole one. It never rejects; the answer may take a while. */
  readonly damage: Promise<string | undefined>
}

/** Of each file the size, the modification time in whole milliseconds, and the SHA-256. */
const productShape = { size: 'number', time: 'number', sha256: 'string' } as const

/** The file of an entry that lists the others. */
export const manifestName = 'manifest.json'

/** Finds an entry. A caller may prepare its use while the check of the entry still runs. */
export async function findEntry(shelf: Shelf, key: string): Promise<FoundEntry | undefined> {
  const directory = path.join(shelf.root, key)
  if (!(await exists(directory))) return undefined
  if (shelf.mostKept !== undefined) await utimes(directory, new Date(), new Date()).catch(() => undefined)
  return { directory, damage: damageOf(directory, shelf) }
}

/**
 * Returns the directory of an entry. `fill` makes the entry when it is absent or damaged.
 * @throws {InfraError} NO_SPACE, CACHE_NOT_WRITABLE
 * @throws the errors of `fill`
 */
export async function provideEntry(
  shelf: Shelf,
  key: string,
  fill: (directory: string) => Promise<void>,
): Promise<string> {
  const found = await findEntry(shelf, key)
  const isWhole = found !== undefined && (await found.damage) === undefined
  return isWhole ? found.directory : storeEntry(shelf, key, fill)
}

/**
 * Makes an entry and returns its directory: `fill` writes the files to the top of a new directory.
 * @throws {InfraError} NO_SPACE, CACHE_NOT_WRITABLE
 * @throws the errors of `fill`
 */
export async function storeEntry(
  shelf: Shelf,
  key: string,
  fill: (directory: string) => Promise<void>,
): Promise<string> {
  const directory = path.join(shelf.root, key)
  const fillAll = async (aside: string): Promise<void> => {
    await fill(aside)
    await writeManifest(aside)
  }
  try {
    await makeWhole(directory, fillAll, async (found) => (await damageOf(found, shelf)) === undefined)
    if (shelf.mostKept !== undefined) await prune(shelf.root, shelf.mostKept)
  } catch (error) {
    throw cacheError(error, shelf.root)
  }
  return directory
}

/** Removes an entry that turned out to be damaged, unless another process replaced it. */
export async function discardDamaged(shelf: Shelf, key: string): Promise<void> {
  await discard(path.join(shelf.root, key), async (found) => (await damageOf(found, shelf)) !== undefined)
}

async function writeManifest(directory: string): Promise<void> {
  const products = (await readdir(directory)).toSorted().map(async (name) => {
    const file = path.join(directory, name)
    await flush(file)
    const { size, mtimeMs } = await stat(file)
    return [name, { size, time: Math.floor(mtimeMs), sha256: await sha256OfFile(file) }] as const
  })
  const manifest = Object.fromEntries(await Promise.all(products))
  await writeWhole(path.join(directory, manifestName), JSON.stringify(manifest, undefined, 2))
}

async function damageOf(directory: string, shelf: Shelf): Promise<string | undefined> {
  const products = fieldsOf(await readJson(path.join(directory, manifestName)), productShape)
  if (products.length === 0) return 'it has no manifest'
  const lost = shelf.products?.find((wanted) => !products.some(([name]) => name === wanted))
  if (lost !== undefined) return `${lost} is not in its manifest`
  const checks = products.map(async ([name, product]) => {
    const file = path.join(directory, name)
    const status = await stat(file).catch(() => undefined)
    if (status === undefined) return `${name} is missing`
    if (status.size !== product.size) return `${name} has ${status.size} bytes instead of ${product.size}`
    if (!shelf.readsAll && Math.floor(status.mtimeMs) === product.time) return undefined
    const found = await sha256OfFile(file).catch(() => undefined)
    return found === product.sha256 ? undefined : `${name} has other content`
  })
  return (await Promise.all(checks)).find((damage) => damage !== undefined)
}

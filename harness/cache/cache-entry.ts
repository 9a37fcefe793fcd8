// Keeps what was made from the same inputs: an entry is whole and unharmed, or it is made again.
import { createHash, randomUUID, webcrypto } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError, messageOf } from '../base/errors.ts'

export interface EntryOptions {
  /** The directory of all entries of a kind. */
  readonly root: string
  /** All that the content depends on; texts of any length. */
  readonly inputs: readonly string[]
  /** Writes the files of the entry, all at the top of `directory`. */
  readonly make: (directory: string) => Promise<void>
}

const manifestName = 'manifest.json'
const asidePrefix = '.making-'

/** The SHA-256 of a file, in hexadecimal; computed by another thread, so that several take as long as one. */
async function sha256OfFile(file: string): Promise<string> {
  const hash = await webcrypto.subtle.digest('SHA-256', await readFile(file))
  return Buffer.from(hash).toString('hex')
}

function keyOf(inputs: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 32)
}

function isManifest(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length > 0 &&
    Object.values(value).every((entry) => typeof entry === 'string')
  )
}

/** Whether every file of the entry is there, with the content that it was made with. */
async function isWhole(directory: string): Promise<boolean> {
  try {
    const manifest: unknown = JSON.parse(await readFile(path.join(directory, manifestName), 'utf8'))
    if (!isManifest(manifest)) return false
    const checks = Object.entries(manifest).map(
      async ([name, hash]) => (await sha256OfFile(path.join(directory, name))) === hash,
    )
    return (await Promise.all(checks)).every(Boolean)
  } catch {
    return false
  }
}

async function writeManifest(directory: string): Promise<void> {
  const names = (await readdir(directory)).toSorted()
  const entries = await Promise.all(
    names.map(async (name) => [name, await sha256OfFile(path.join(directory, name))] as const),
  )
  await writeFile(path.join(directory, manifestName), JSON.stringify(Object.fromEntries(entries)))
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Removes what a killed harness left half made. */
async function sweep(root: string): Promise<void> {
  const abandoned = (await readdir(root)).filter(
    (name) => name.startsWith(asidePrefix) && !isRunning(Number(name.split('-')[1])),
  )
  await Promise.all(abandoned.map((name) => rm(path.join(root, name), { recursive: true, force: true })))
}

const mostTries = 10

/** Puts a finished entry in its place. Another process may have done the same meanwhile: then theirs is as good. */
async function publish(aside: string, directory: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await rename(aside, directory)
      return
    } catch (error) {
      // What is whole stays where it is: somebody may use it already.
      if (await isWhole(directory)) return
      if (!isTaken(error) || tries === mostTries) throw error
    }
    await takeAway(directory, `${aside}-old`)
  }
}

/** Removes an entry that was harmed, unless another process has put a whole one there in the meantime. */
async function takeAway(directory: string, trash: string): Promise<void> {
  await rename(directory, trash).catch(() => undefined)
  if (await isWhole(trash)) await rename(trash, directory).catch(() => undefined)
  await rm(trash, { recursive: true, force: true })
}

/**
 * Removes an entry of which `isTheOne` says that it is still the one that is meant: another process may have replaced it. What
 * is open stays readable.
 */
export async function discardEntry(
  directory: string,
  isTheOne: (directory: string) => Promise<boolean>,
): Promise<void> {
  const trash = path.join(path.dirname(directory), `${asidePrefix}${process.pid}-${randomUUID()}-old`)
  await rename(directory, trash).catch(() => undefined)
  if (!(await isTheOne(trash))) await rename(trash, directory).catch(() => undefined)
  await rm(trash, { recursive: true, force: true })
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')
}

/** An entry that is there, and whether it is unharmed, which takes a while to find out. */
export interface FoundEntry {
  readonly directory: string
  readonly isWhole: Promise<boolean>
}

/** The entry for these inputs, for whoever has something to do with it while it is still being checked; never rejects. */
export async function findEntry({
  root,
  inputs,
}: Pick<EntryOptions, 'root' | 'inputs'>): Promise<FoundEntry | undefined> {
  const directory = path.join(root, keyOf(inputs))
  const isThere = await stat(path.join(directory, manifestName)).then(
    () => true,
    () => false,
  )
  return isThere ? { directory, isWhole: isWhole(directory) } : undefined
}

/**
 * The directory of the entry for these inputs, made if there is none, or if a file of it was harmed.
 * @throws {InfraError} NO_SPACE, CACHE_NOT_WRITABLE
 * @throws what `make` throws
 */
export async function provideEntry(options: EntryOptions): Promise<string> {
  const directory = path.join(options.root, keyOf(options.inputs))
  if (await isWhole(directory)) return directory
  const aside = path.join(options.root, `${asidePrefix}${process.pid}-${randomUUID()}`)
  await using stack = new AsyncDisposableStack()
  try {
    await mkdir(options.root, { recursive: true, mode: 0o700 })
    await sweep(options.root)
    await mkdir(aside)
    stack.defer(() => rm(aside, { recursive: true, force: true }))
    await chmod(aside, 0o700)
    await options.make(aside)
    await writeManifest(aside)
    await publish(aside, directory)
  } catch (error) {
    throw cacheError(error, options.root)
  }
  return directory
}

function cacheError(error: unknown, root: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const hint = 'set XDG_CACHE_HOME to a directory on another disk'
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new InfraError('NO_SPACE', `no space left for ${root}`, { cause: error, hint })
  }
  if (code === 'EACCES' || code === 'EROFS') {
    return new InfraError('CACHE_NOT_WRITABLE', `cannot write to the cache: ${messageOf(error)}`, {
      cause: error,
      hint,
    })
  }
  return error
}

// Files that are complete or absent: written under another name, flushed, renamed.
import { randomUUID } from 'node:crypto'
import { open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { hasCode } from '../base/errors.ts'
import { makeDirectories } from '../base/make-directories.ts'
import { removeTree } from './remove-tree.ts'

/** The names of files and directories that a process is making begin with this prefix; its process id follows. */
const asidePrefix = '.making-'

/** Returns an unused name beside `file`, which shows the process that makes it. */
export function asideOf(file: string): string {
  return path.join(path.dirname(file), `${asidePrefix}${process.pid}-${randomUUID()}`)
}

/** Makes a directory, and the directories around it, for this user alone. */
export async function makePrivate(directory: string): Promise<void> {
  await makeDirectories(directory, 0o700)
}

/** Writes the content of a file, or the entries of a directory, to the disk: they survive a power cut. */
export async function flush(file: string): Promise<void> {
  await using handle = await open(file, 'r')
  await handle.sync()
}

/** Writes a file so that a reader sees all of it or nothing; by default also after a power cut. */
export async function writeWhole(
  file: string,
  content: string,
  { survivesPowerCut = true }: { readonly survivesPowerCut?: boolean } = {},
): Promise<void> {
  await makePrivate(path.dirname(file))
  const aside = asideOf(file)
  try {
    await writeFile(aside, content, { mode: 0o600, flush: survivesPowerCut })
    await rename(aside, file)
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  }
}

/** Writes a value that only saves time: a full or read-only cache is no error. */
export async function rememberJson(file: string, value: unknown): Promise<void> {
  await sweep(path.dirname(file)).catch(() => undefined)
  await writeWhole(file, JSON.stringify(value), { survivesPowerCut: false }).catch(() => undefined)
}

/** Reads a JSON file; undefined when the file is absent or damaged. */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Returns whether a file or directory of this name exists. */
export async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined
}

/** Returns whether an error of the file system means that a file or directory is absent. */
export function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR')
}

/**
 * Removes the half-made files and directories of killed processes. One that cannot be removed yet disturbs nothing, and is
 * removed another time.
 * @throws the error of the file system when it cannot list `root`
 */
export async function sweep(root: string): Promise<void> {
  const abandoned = (await readdir(root)).filter(
    (name) => name.startsWith(asidePrefix) && !isRunning(Number(name.split('-')[1])),
  )
  await Promise.allSettled(abandoned.map((name) => removeTree(path.join(root, name))))
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

// Updates the tree in which kernels are built: it writes only files that differ, so make builds only those again.
import type { Stats } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, readFile, readlink, rename, rm, symlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../base/errors.ts'
import type { CommandResult } from '../process/run-program.ts'
import { exists } from '../cache/atomic-file.ts'
import { makeWhole } from '../cache/whole-directory.ts'
import { lastLines, succeed } from './command.ts'
import type { Overlay } from './series/apply.ts'
import { listTree, type Entry } from './source/listing.ts'

/** The parts of a work tree. */
export interface TreeParts {
  /** The unpacked source; it is only read. */
  readonly pristine: string
  readonly files: ReadonlyMap<string, Entry>
  readonly overlay: Overlay
}

/**
 * Makes `tree` equal to the source with the series applied. Equal files are not touched; the others get the present
 * time, because make compares times and a file from the archive is old.
 * @returns the paths that were written or removed
 */
export async function updateTree(tree: string, parts: TreeParts, signal: AbortSignal): Promise<string[]> {
  await createTree(tree, parts.pristine, signal)
  const present = await listTree(tree, signal)
  const removed: string[] = []
  // First, because a directory may take the place of a file.
  for (const name of present.keys()) {
    const isWanted = parts.overlay.has(name) ? parts.overlay.get(name) !== undefined : parts.files.has(name)
    if (isWanted) continue
    await rm(path.join(tree, name), { force: true })
    removed.push(name)
  }
  const changed: string[] = []
  for (const [name, source] of parts.files) {
    if (parts.overlay.has(name) || isSameFile(source, present.get(name))) continue
    if (await bring(path.join(parts.pristine, name), path.join(tree, name))) changed.push(name)
  }
  for (const [name, file] of parts.overlay) {
    if (file !== undefined && (await bring(file, path.join(tree, name)))) changed.push(name)
  }
  return [...changed, ...removed]
}

/** Makes a new tree of hard links, which takes a second and no space. */
async function createTree(tree: string, pristine: string, signal: AbortSignal): Promise<void> {
  if (await exists(tree)) return
  const failed = (result: CommandResult): InfraError =>
    new InfraError('TREE_NOT_COPIED', `cannot copy ${pristine}`, { tail: lastLines(result, 3) })
  await makeWhole(tree, async (aside) => {
    const copy = async (how: string): Promise<string> =>
      succeed('cp', ['--archive', how, `${pristine}/.`, aside], { signal, stage: 'copying the source' }, failed)
    // Some file systems have no hard links.
    await copy('--link').catch(async () => copy('--reflink=auto'))
  })
}

/** Returns whether two files are the same inode, or copies with the same attributes. */
function isSameFile(source: Entry, found: Entry | undefined): boolean {
  if (found === undefined) return false
  if (source.inode === found.inode) return true
  const { size, time, mode, type } = source
  return size === found.size && time === found.time && mode === found.mode && type === found.type
}

/** Makes `to` equal to `from`, with the present time; returns false when it was equal already. */
async function bring(from: string, to: string): Promise<boolean> {
  const status = await lstat(from)
  if (await isEqual(from, status, to)) return false
  await mkdir(path.dirname(to), { recursive: true })
  // A new file, because the old one may be a hard link to the source.
  const temporary = `${to}.gmemtest-new`
  await rm(temporary, { force: true })
  if (status.isSymbolicLink()) await symlink(await readlink(from), temporary)
  else {
    await copyFile(from, temporary)
    await chmod(temporary, status.mode & 0o777)
    await utimes(temporary, new Date(), new Date())
  }
  // A file may take the place of a directory, whose files are gone.
  if ((await lstat(to).catch(() => undefined))?.isDirectory() === true) await rm(to, { recursive: true })
  await rename(temporary, to)
  return true
}

async function isEqual(from: string, wanted: Stats, to: string): Promise<boolean> {
  const found = await lstat(to).catch(() => undefined)
  if (found === undefined || found.isDirectory() || wanted.isSymbolicLink() !== found.isSymbolicLink()) return false
  if (wanted.isSymbolicLink()) return (await readlink(from)) === (await readlink(to))
  if (wanted.size !== found.size || (wanted.mode & 0o111) !== (found.mode & 0o111)) return false
  return (await readFile(from)).equals(await readFile(to))
}

// Updates the tree in which kernels are built: it writes only files that differ, so make builds only those again.
import { constants, type Stats } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, readFile, readlink, rename, rm, symlink, utimes } from 'node:fs/promises'
import { bytePath } from '../base/byte-name.ts'
import { InfraError } from '../base/errors.ts'
import type { CommandResult } from '../process/run-program.ts'
import { exists } from '../cache/atomic-file.ts'
import { makeWhole } from '../cache/whole-directory.ts'
import { lastLines, succeed } from './command.ts'
import { listTree, type Entry } from './source/listing.ts'
import { makeWay, parentOf, removeNames } from './source/tree-files.ts'

/** The parts of a work tree. */
export interface TreeParts {
  /** The unpacked source; it is only read. */
  readonly pristine: string
  readonly files: ReadonlyMap<string, Entry>
  /** For each byte name that the series touches, the new file, or undefined for a removed one. */
  readonly overlay: ReadonlyMap<string, string | undefined>
}

/**
 * Makes `tree` equal to the source with the series applied. Equal files are not touched; the others get the present
 * time, because make compares times and a file from the archive is old.
 * @returns the byte names that were written or removed
 */
export async function updateTree(tree: string, parts: TreeParts, signal: AbortSignal): Promise<string[]> {
  await createTree(tree, parts.pristine, signal)
  const present = await listTree(tree, signal)
  const overlay = new Map(
    Array.from(parts.overlay, ([name, file]) => [name, isBelow(name, parts.overlay) ? undefined : file]),
  )
  const isWanted = (name: string): boolean =>
    overlay.has(name) ? overlay.get(name) !== undefined : parts.files.has(name)
  // First, because a new file may need the name of an old directory, and a new directory the name of an old file or link.
  const changed = Array.from(present.keys()).filter((name) => !isWanted(name))
  await removeNames(tree, changed)
  for (const [name, source] of parts.files) {
    if (overlay.has(name) || isSameFile(source, present.get(name))) continue
    if (await bring(bytePath(parts.pristine, name), tree, name)) changed.push(name)
  }
  for (const [name, file] of overlay) {
    if (file !== undefined && (await bring(Buffer.from(file), tree, name))) changed.push(name)
  }
  return changed
}

/** Returns whether the series puts a file or link where the name has a directory: a link may seem to lead to the old file. */
function isBelow(name: string, overlay: TreeParts['overlay']): boolean {
  for (let around = parentOf(name); around !== ''; around = parentOf(around)) {
    if (overlay.get(around) !== undefined) return true
  }
  return false
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
  if (source.inode === found.inode || (source.type === 'd' && found.type === 'd')) return true
  const { size, time, mode, type } = source
  return size === found.size && time === found.time && mode === found.mode && type === found.type
}

/** Makes a name of the tree equal to `from`, with the present time; returns false when it was equal already. */
async function bring(from: Buffer, tree: string, name: string): Promise<boolean> {
  const to = bytePath(tree, name)
  const status = await lstat(from)
  if (await isEqual(from, status, to)) return false
  if (status.isDirectory()) {
    // An empty one, or a submodule: git has its commit, but not its files.
    await rm(to, { force: true })
    await mkdir(to, { recursive: true })
    return true
  }
  // A new file, because the old one may be a hard link to the source. It gets its name when it is complete; until then it
  // is outside of the tree, where no name of the source is.
  const temporary = `${tree}.new`
  await rm(temporary, { force: true })
  if (status.isSymbolicLink()) await symlink(await readlink(from, { encoding: 'buffer' }), temporary)
  else {
    await copyFile(from, temporary)
    await chmod(temporary, (status.mode & 0o777) | 0o600)
    await utimes(temporary, new Date(), new Date())
  }
  await makeWay(tree, name)
  await rename(temporary, to)
  return true
}

async function isEqual(from: Buffer, wanted: Stats, to: Buffer): Promise<boolean> {
  const found = await lstat(to).catch(() => undefined)
  if (found === undefined || kindOf(wanted) !== kindOf(found)) return false
  if (wanted.isDirectory()) return true
  if (wanted.isSymbolicLink()) {
    const [target, present] = await Promise.all([from, to].map((link) => readlink(link, { encoding: 'buffer' })))
    return target !== undefined && present !== undefined && target.equals(present)
  }
  if (wanted.size !== found.size || (wanted.mode & 0o111) !== (found.mode & 0o111)) return false
  return (await readFile(from)).equals(await readFile(to))
}

function kindOf(status: Stats): number {
  return status.mode & constants.S_IFMT
}

// Files of a tree in the cache: directories come and go with their files, as git has it.
import { lstat, mkdir, rmdir, unlink } from 'node:fs/promises'
import { bytePath } from '../../base/byte-name.ts'
import { hasCode } from '../../base/errors.ts'
import { isMissing } from '../../cache/atomic-file.ts'
import { removeTree } from '../../cache/remove-tree.ts'

/** Returns the directory that has a name, as a byte name; empty for the top of the tree. */
export function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')))
}

/** Removes files, links and empty directories, and the directories around them that become empty. */
export async function removeNames(tree: string, names: Iterable<string>): Promise<void> {
  for (const name of names) {
    await removeOne(bytePath(tree, name))
    let around = parentOf(name)
    while (around !== '' && (await removeEmpty(bytePath(tree, around)))) around = parentOf(around)
  }
}

async function removeOne(file: Buffer): Promise<void> {
  await unlink(file).catch(async (error: unknown) => {
    if (hasCode(error, 'EISDIR')) await removeEmpty(file)
    else if (!isMissing(error)) throw error
  })
}

async function removeEmpty(directory: Buffer): Promise<boolean> {
  try {
    await rmdir(directory)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST') || isMissing(error)) return false
    throw error
  }
}

/**
 * Makes the directories above a file, and removes a directory in its place. Call it after `removeNames` for the files that
 * the tree no longer has.
 */
export async function makeWay(tree: string, name: string): Promise<void> {
  await mkdir(bytePath(tree, parentOf(name)), { recursive: true })
  const file = bytePath(tree, name)
  const found = await lstat(file).catch(() => undefined)
  if (found?.isDirectory() === true) await removeTree(file)
}

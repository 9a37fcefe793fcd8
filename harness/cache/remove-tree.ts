// Removes files and directories of the cache, also those that have read-only directories in them.
import { chmod, lstat, readdir, rm } from 'node:fs/promises'
import { hasCode } from '../base/errors.ts'

/** A program that was just killed may still write into the directory: Node tries again, each time a little later. */
const how = { recursive: true, force: true, maxRetries: 3, retryDelay: 50 } as const

/**
 * Removes a file or a directory with its contents, if it exists. Only root may remove entries of a directory without write
 * permission, so that its owner gets the permission first.
 * @throws the error of the file system: EACCES for a directory of another user, EIO …
 */
export async function removeTree(file: string | Buffer): Promise<void> {
  await rm(file, how).catch(async (error: unknown) => {
    if (!hasCode(error, 'EACCES', 'EPERM')) throw error
    await openDirectories(typeof file === 'string' ? Buffer.from(file) : file)
    await rm(file, how)
  })
}

/**
 * Gives the owner the permissions of a directory and of those in it. Neither a file nor the end of a link is changed. Entries
 * may vanish meanwhile: a removal that has failed at one entry still goes on at the others.
 */
async function openDirectories(directory: Buffer): Promise<void> {
  try {
    if (!(await lstat(directory)).isDirectory()) return
    await chmod(directory, 0o700)
    // Names as bytes: not all of them are UTF-8.
    for (const entry of await readdir(directory, { withFileTypes: true, encoding: 'buffer' })) {
      if (entry.isDirectory()) await openDirectories(Buffer.concat([directory, Buffer.from('/'), entry.name]))
    }
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}

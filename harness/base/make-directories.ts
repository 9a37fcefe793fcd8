// Makes the directories above a file. Node's own `recursive` never ends on a file system without new directories (/proc).
import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'

/**
 * Makes a directory and the missing directories above it, with the permissions `mode`.
 * @throws the error of the file system: EACCES, ENOENT where it makes no directories, ENOTDIR, ENOSPC …
 */
export async function makeDirectories(directory: string, mode: number = 0o777): Promise<void> {
  const found = await stat(directory).catch(() => undefined)
  if (found?.isDirectory() === true) return
  const parent = path.dirname(directory)
  if (parent !== directory) await makeDirectories(parent, mode)
  await mkdir(directory, { mode }).catch(async (error: unknown) => {
    // Another process may have made it first.
    const made = await stat(directory).catch(() => undefined)
    if (made?.isDirectory() !== true) throw error
  })
}

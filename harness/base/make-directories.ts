// Directories on the way to a file. Node's own `recursive` tries for ever where a file system makes none, as /proc.
import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'

/**
 * Makes a directory and those around it that are missing.
 * @throws what the file system says: EACCES, ENOENT where it makes no directories, ENOTDIR, ENOSPC …
 */
export async function makeDirectories(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined)
  if (found?.isDirectory() === true) return
  const parent = path.dirname(directory)
  if (parent !== directory) await makeDirectories(parent)
  await mkdir(directory).catch(async (error: unknown) => {
    // Somebody else may have been faster.
    const made = await stat(directory).catch(() => undefined)
    if (made?.isDirectory() !== true) throw error
  })
}

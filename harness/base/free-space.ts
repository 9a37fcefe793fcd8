// Free disk space, and the one error for a full disk.
import { statfs } from 'node:fs/promises'
import { hasCode, InfraError } from './errors.ts'

/** Returns how many bytes an unprivileged process can write below `directory`. */
export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}

/** Returns whether an error of the file system means a full disk, or a used up quota. */
export function isDiskFull(error: unknown): boolean {
  return hasCode(error, 'ENOSPC', 'EDQUOT')
}

/** Returns the error for a full disk; `otherPlace` tells the user how to choose another disk. */
export function noSpaceLeft(
  directory: string,
  otherPlace: string = '--output DIR chooses another place',
  cause?: unknown,
): InfraError {
  return new InfraError('NO_SPACE', `no space left in ${directory}`, {
    cause,
    hint: `free some space and run the same command again; ${otherPlace}`,
  })
}

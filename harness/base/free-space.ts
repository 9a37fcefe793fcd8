// Disk space: how much there is, and the one error for a disk that has become full.
import { statfs } from 'node:fs/promises'
import { InfraError } from './errors.ts'

/** Bytes that an unprivileged process can still write below `directory`. */
export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}

/** Whether an error of the file system says that the disk, or what this user may have of it, is used up. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}

/** The error for a disk that has become full; `otherPlace` says how to choose another one. */
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

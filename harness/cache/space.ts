// Disk space: required before a long stage, and recognised in the errors of a disk that became full all the same.
import { hasCode, InfraError, messageOf } from '../base/errors.ts'
import { freeBytes, isDiskFull, noSpaceLeft } from '../base/free-space.ts'

const otherDisk = 'set XDG_CACHE_HOME to a directory on another disk'
const spaceHint = `free some space, or ${otherDisk}`

function gibibytes(count: number): string {
  return `${(count / 2 ** 30).toFixed(1)} GiB`
}

/**
 * Makes sure that `needed` bytes are free before the stage `what` begins.
 * @throws {InfraError} NO_SPACE
 */
export async function requireSpace(
  directory: string,
  needed: number,
  what: string,
  free: (directory: string) => Promise<number> = freeBytes,
): Promise<void> {
  const found = await free(directory)
  if (found >= needed) return
  throw new InfraError('NO_SPACE', `${what} needs ${gibibytes(needed)} in ${directory}, ${gibibytes(found)} are free`, {
    hint: spaceHint,
  })
}

/** Returns the error for a full disk when the output of a program, or an exception, reports one; otherwise undefined. */
export function noSpaceError(text: string, what: string): InfraError | undefined {
  return /No space left on device|ENOSPC|Disk quota exceeded/.test(text)
    ? new InfraError('NO_SPACE', `the disk became full during ${what}`, { hint: spaceHint })
    : undefined
}

/** Returns the error to throw when a write to the cache fails: errors that are not of the file system stay as they are. */
export function cacheError(error: unknown, root: string): unknown {
  if (isDiskFull(error)) return noSpaceLeft(root, otherDisk, error)
  if (!hasCode(error, 'EACCES', 'EROFS')) return error
  return new InfraError('CACHE_NOT_WRITABLE', `cannot write to the cache: ${messageOf(error)}`, {
    cause: error,
    hint: otherDisk,
  })
}

// Disk space: required before a long stage, and recognised in the errors of a disk that became full all the same.
import { hasCode, InfraError, messageOf } from '../base/errors.ts'
import { freeBytes, isDiskFull, noSpaceLeft } from '../base/free-space.ts'
import { sizeText } from './size-text.ts'

const otherDisk = 'set XDG_CACHE_HOME to a directory on another disk'
const spaceHint = `free some space, or ${otherDisk}`

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
  throw new InfraError('NO_SPACE', `${what} needs ${sizeText(needed)} in ${directory}, ${sizeText(found)} are free`, {
    hint: spaceHint,
  })
}

/** Returns the error for a full disk when the output of a program, or an exception, reports one; otherwise undefined. */
export function noSpaceError(text: string, what: string): InfraError | undefined {
  return /No space left on device|ENOSPC|Disk quota exceeded/.test(text)
    ? new InfraError('NO_SPACE', `the disk became full during ${what}`, { hint: spaceHint })
    : undefined
}

/** Errors that the state of a disk, or other programs, cause in the cache. */
const troubles = [
  'EACCES',
  'EPERM',
  'EROFS',
  'EIO',
  'ENOENT',
  'ENOTDIR',
  'EEXIST',
  'ENOTEMPTY',
  'ENAMETOOLONG',
  'ESTALE',
]

/** Returns the error to throw when work in the cache fails: an error that does not come from the cache stays as it is. */
export function cacheError(error: unknown, root: string): unknown {
  if (isDiskFull(error)) return noSpaceLeft(root, otherDisk, error)
  if (!hasCode(error, ...troubles) || !isAbout(error, root)) return error
  if (hasCode(error, 'EACCES', 'EPERM', 'EROFS')) {
    return new InfraError('CACHE_NOT_WRITABLE', `cannot write to the cache: ${messageOf(error)}`, {
      cause: error,
      hint: otherDisk,
    })
  }
  return new InfraError('CACHE_CHANGED', `the cache changed while it was in use: ${messageOf(error)}`, {
    cause: error,
    hint: `run the same command again while no other program writes to ${root}`,
  })
}

/** Returns whether an error of the file system names no path, or one of a directory. */
function isAbout(error: unknown, root: string): boolean {
  const fields = new Map<string, unknown>(Object.entries(error instanceof Error ? error : {}))
  const paths = ['path', 'dest'].flatMap((name) => (fields.has(name) ? [String(fields.get(name))] : []))
  return paths.length === 0 || paths.some((file) => `${file}/`.startsWith(`${root}/`))
}

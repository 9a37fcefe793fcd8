// Disk space: asked for before a long stage, and recognised when it ran out all the same.
import { InfraError } from '../base/errors.ts'
import { freeBytes } from '../base/free-space.ts'

function gibibytes(count: number): string {
  return `${(count / 2 ** 30).toFixed(1)} GiB`
}

/**
 * Makes sure that `needed` bytes are free before `what` begins.
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
  throw new InfraError(
    'NO_SPACE',
    `${what} needs ${gibibytes(needed)} in ${directory}, ${gibibytes(found)} are free`,
    { hint: spaceHint },
  )
}

const spaceHint = 'free some space, or set XDG_CACHE_HOME to a directory on a larger disk'

/** The error for output or an exception that says that the disk is full; undefined when it does not. */
export function noSpaceError(text: string, what: string): InfraError | undefined {
  return /No space left on device|ENOSPC|Disk quota exceeded/.test(text)
    ? new InfraError('NO_SPACE', `the disk became full during ${what}`, { hint: spaceHint })
    : undefined
}

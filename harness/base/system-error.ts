// Errors of the system calls that no code expected: this computer is at fault, and not gmemtest.
import { InfraError } from './errors.ts'

const elsewhere = 'choose a place that can be written: XDG_CACHE_HOME for the cache, --output for the results'

/** What a user does about an error of the system, by its name in errno(3). */
const nextSteps: Readonly<Record<string, string>> = {
  EACCES: `give this user access to the path, or ${elsewhere}`,
  EPERM: `give this user the right to it, or ${elsewhere}`,
  EROFS: elsewhere,
  ENOSPC: 'free some space and run the same command again',
  EDQUOT: 'free some space of your quota and run the same command again',
  EFBIG: 'raise the limit of the size of files (ulimit -f), and run the same command again',
  EMFILE: 'raise the limit of open files (ulimit -n 1024), and run the same command again',
  ENFILE: 'end programs that have many files open, and run the same command again',
  EAGAIN: 'raise the limit of processes (ulimit -u), and run the same command again',
  ENOMEM: 'free some memory and run the same command again',
  EIO: 'see the kernel log of this computer (dmesg) for the broken disk',
  ESTALE: 'mount the file system again',
  ENODEV: 'mount the file system again',
  ENOTCONN: 'mount the file system again',
  ETIMEDOUT: 'see whether the file server answers, and run the same command again',
  EHOSTDOWN: 'see whether the file server answers, and run the same command again',
  ELOOP: 'remove the symbolic link that leads to itself',
  ENAMETOOLONG: 'choose a shorter path',
}

interface SystemError extends Error {
  readonly code: string
  readonly syscall: string
}

function isSystemError(error: unknown): error is SystemError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'syscall' in error &&
    typeof error.syscall === 'string'
  )
}

/**
 * Returns the error for a system call that failed through this computer, with the next step; undefined for any other value,
 * an absent file included: gmemtest must expect that where it can happen.
 */
export function systemError(error: unknown): InfraError | undefined {
  if (!isSystemError(error)) return undefined
  if (error.syscall === 'uv_cwd') {
    return new InfraError('DIRECTORY_GONE', 'the working directory does not exist any more', {
      cause: error,
      hint: 'change to another directory (cd), and run the same command again',
    })
  }
  const hint = nextSteps[error.code]
  return hint === undefined
    ? undefined
    : new InfraError('SYSTEM_CALL_FAILED', `this computer refused: ${error.message}`, { cause: error, hint })
}

// One run at a time writes to a directory of results: a second one would mix its reports with those of the first.
import { readFile, stat } from 'node:fs/promises'
import { InfraError } from '../../base/errors.ts'
import { lockNow } from '../../cache/lock.ts'
import { plainText } from '../../report/plain.ts'
import type { CommandContext } from '../command-context.ts'

/**
 * Keeps other runs out of a directory, also those that name it by another path; disposal lets them in, and so does the
 * kernel when this process dies.
 * @throws {InfraError} RESULTS_IN_USE with the process that has the directory
 */
export async function claimDirectory(
  directory: string,
  { signal, stderr }: Pick<CommandContext, 'signal' | 'stderr'>,
): Promise<AsyncDisposable> {
  const lock = await lockNow(directory, signal).catch((error: unknown) => {
    if (!(error instanceof InfraError && error.code === 'LOCK_FAILED')) throw error
    // A shared folder of a VM may have no locks, and results are good there all the same.
    stderr.write(`gmemtest: ${plainText(error.message)}; no other run may write to this directory meanwhile\n`)
    return new AsyncDisposableStack()
  })
  if (lock instanceof AsyncDisposableStack) return lock
  if (lock !== undefined) {
    lock.unref()
    return lock
  }
  const pid = await holderOf(directory)
  throw new InfraError(
    'RESULTS_IN_USE',
    `${pid === undefined ? 'another run' : `process ${pid}`} writes to ${directory}`,
    {
      hint: 'wait for its end, or choose another directory with --output',
    },
  )
}

/** Returns the gmemtest that has the lock; undefined when the kernel does not show it, as in a container. */
async function holderOf(directory: string): Promise<string | undefined> {
  const { ino } = await stat(directory)
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '')
  const child = new RegExp(String.raw`FLOCK .* (\d+) [\da-f]+:[\da-f]+:${ino} `).exec(locks)?.[1]
  // A child has the lock for its parent.
  const status = await readFile(`/proc/${child}/status`, 'utf8').catch(() => '')
  return /^PPid:\s+([1-9]\d*)$/m.exec(status)?.[1]
}

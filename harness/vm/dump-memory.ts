// The memory of a guest in a file that crash and drgn open.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { run } from '../process/run-program.ts'
import { DeadlineExceeded } from '../base/deadline.ts'
import { InfraError } from '../base/errors.ts'
import { freeBytes } from '../base/free-space.ts'
import type { Bytes } from '../base/units.ts'
import type { Qmp } from './qmp.ts'

export interface DumpOptions {
  /** Of the guest. */
  readonly memory: Bytes
  readonly signal: AbortSignal
  /** How many bytes are free in a directory; the file system is asked if not given. */
  readonly free?: (directory: string) => Promise<number>
}

const mebibyte = 2 ** 20
// Notes and tables.
const overhead = 1 / 32
const least = 30_000
const perMebibyte = 30

/**
 * Writes all memory of the guest to `file`; its virtual CPUs stand still meanwhile. When that fails, there is no file.
 * @throws {InfraError} NO_SPACE when there may not be enough of it, DUMP_FAILED with what QEMU says
 */
export async function dumpMemory(qmp: Qmp, file: string, options: DumpOptions): Promise<void> {
  const { memory, signal, free = freeBytes } = options
  const directory = path.dirname(file)
  const needed = Math.ceil((memory * (1 + overhead)) / mebibyte)
  const left = Math.floor((await free(directory)) / mebibyte)
  if (left < needed) {
    throw new InfraError(
      'NO_SPACE',
      `a dump of the guest may need ${needed} MiB in ${directory}, ${left} MiB are free`,
      { hint: 'free some space, or choose another place with --output DIR' },
    )
  }
  const args = { paging: false, protocol: `file:${path.resolve(file)}`, format: 'elf' } as const
  try {
    await qmp.execute('dump-guest-memory', args, { signal, timeout: least + needed * perMebibyte })
  } catch (error) {
    await rm(file, { force: true })
    signal.throwIfAborted()
    if (!(error instanceof InfraError || error instanceof DeadlineExceeded)) throw error
    throw new InfraError('DUMP_FAILED', `the memory of the guest cannot be dumped: ${error.message}`, {
      cause: error,
    })
  }
  await digHoles(file, { signal, timeout: least + needed * perMebibyte })
}

/** Most of the memory is zeros, which need no space on the disk. Where that cannot be done, the file is larger, and that is all. */
async function digHoles(
  file: string,
  options: { readonly signal: AbortSignal; readonly timeout: number },
): Promise<void> {
  try {
    await run('fallocate', ['--dig-holes', file], options)
  } catch (error) {
    options.signal.throwIfAborted()
    if (!(error instanceof InfraError)) throw error
  }
}

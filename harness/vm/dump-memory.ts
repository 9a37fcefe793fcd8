// Dumps the memory of an instance into a file that crash and drgn open.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { run } from '../process/run-program.ts'
import { DeadlineExceeded } from '../base/deadline.ts'
import { hasCode, InfraError, messageOf } from '../base/errors.ts'
import { freeBytes } from '../base/free-space.ts'
import type { Bytes } from '../base/units.ts'
import { addKernelMapping } from './kernel-mapping.ts'
import type { Qmp, QmpOptions } from './qmp.ts'

export interface DumpOptions {
  /** The memory of the instance. */
  readonly memory: Bytes
  readonly signal: AbortSignal
  /** Gives the free bytes of a directory; default: asks the file system. */
  readonly free?: (directory: string) => Promise<number>
}

const mebibyte = 2 ** 20
// The share of notes and tables.
const overhead = 1 / 32
const least = 30_000
const perMebibyte = 30

/**
 * Writes all memory of the instance to `file`, with its virtual CPUs stopped. Leaves no file when that fails.
 * @throws {InfraError} NO_SPACE when the space may not suffice, DUMP_FAILED with QEMU's reason
 */
export async function dumpMemory(qmp: Qmp, file: string, options: DumpOptions): Promise<void> {
  const { memory, signal, free = freeBytes } = options
  const directory = path.dirname(file)
  const needed = Math.ceil((memory * (1 + overhead)) / mebibyte)
  const left = Math.floor((await free(directory)) / mebibyte)
  if (left < needed) {
    throw new InfraError('NO_SPACE', `a memory dump may need ${needed} MiB in ${directory}, but ${left} MiB are free`, {
      hint: 'free some space, or choose another place with --output DIR',
    })
  }
  const args = { paging: false, protocol: `file:${path.resolve(file)}`, format: 'elf' } as const
  const limits = { signal, timeout: least + needed * perMebibyte }
  try {
    await qmp.execute('dump-guest-memory', args, limits)
    await addKernelMapping(file)
  } catch (cause) {
    await rm(file, { force: true })
    signal.throwIfAborted()
    const isOfComputer = hasCode(cause, 'EACCES', 'EIO', 'ENOENT', 'ENOSPC', 'EPERM', 'EROFS')
    if (!(isOfComputer || cause instanceof InfraError || cause instanceof DeadlineExceeded)) throw cause
    throw new InfraError('DUMP_FAILED', `cannot dump the memory of the instance: ${messageOf(cause)}`, { cause })
  }
  await digHoles(file, limits)
}

/** Frees the disk space of zeros, which are most of the memory. A failure only leaves the file larger. */
async function digHoles(file: string, options: QmpOptions): Promise<void> {
  try {
    await run('fallocate', ['--dig-holes', file], options)
  } catch (error) {
    options.signal.throwIfAborted()
    if (!(error instanceof InfraError)) throw error
  }
}

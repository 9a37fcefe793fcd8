// Follows a file that QEMU writes. A file takes output at once, even if the harness is busy: a socket makes the emulated
// serial port wait, and a kernel that waits 10 ms for its serial port loses characters.
import { randomUUID } from 'node:crypto'
import { closeSync, fstatSync, openSync, read, unlinkSync, watch, type FSWatcher } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { InfraError, messageOf } from '../base/errors.ts'
import { freeBytes, noSpaceLeft } from '../base/free-space.ts'

export interface Tail extends AsyncDisposable {
  /** The descriptor that QEMU appends with. */
  readonly writer: number
  /** Reads all that was written so far. */
  catchUp(this: void): Promise<void>
  /** Reads the rest; call it when the writer is gone. */
  finish(this: void): Promise<void>
  /** Rejects when the file becomes unreadable, or with NO_SPACE when its disk is nearly full. */
  readonly broken: Promise<never>
  /** @throws {InfraError} NO_SPACE */
  checkSpace(this: void): Promise<void>
}

const readAt = promisify(read)

// Some file systems do not report changes: a line is then at most so late.
const pollMilliseconds = 50
const chunkBytes = 256 * 1024
// QEMU silently drops output that it cannot write, which would look like a silent kernel. No kernel writes so many bytes
// between two checks.
const spaceMilliseconds = 500
const spaceBytes = 2 ** 20

/** Opens a file for the writer and for the reader; without a name, an unlinked temporary file. */
function openBoth(name: string | undefined): { writer: number; reader: number; watcher: FSWatcher } {
  const file = name ?? path.join(tmpdir(), `gmemtest-console-${randomUUID()}`)
  try {
    const writer = openSync(file, 'a', 0o644)
    const both = { writer, reader: openSync(file, 'r'), watcher: watch(file) }
    // At once: a harness that is killed later leaves no file behind.
    if (name === undefined) unlinkSync(file)
    return both
  } catch (error) {
    throw new InfraError('CONSOLE_NOT_WRITABLE', `cannot write the console log: ${messageOf(error)}`, {
      cause: error,
      hint: 'choose another directory with --output, or set TMPDIR',
    })
  }
}

/**
 * Opens `file` for QEMU to append to, and calls back with everything that is appended from now on. Without a name, the file
 * is temporary, and gone with the last process that uses it. `free` gives the free bytes of a directory.
 * @throws {InfraError} CONSOLE_NOT_WRITABLE
 */
export function followFile(
  file: string | undefined,
  onChunk: (chunk: Buffer) => void,
  free: (directory: string) => Promise<number> = freeBytes,
): Tail {
  const { writer, reader, watcher } = openBoth(file)
  let position = fstatSync(reader).size
  const buffer = Buffer.alloc(chunkBytes)
  const broken = Promise.withResolvers<never>()
  // A rejection after the end, when no code waits for it, is no error.
  broken.promise.catch(() => undefined)

  async function readOn(): Promise<void> {
    for (;;) {
      const { bytesRead } = await readAt(reader, buffer, 0, chunkBytes, position)
      if (bytesRead === 0) return
      position += bytesRead
      onChunk(buffer.subarray(0, bytesRead))
    }
  }

  let reading: Promise<void> | undefined
  let again = false
  let over = false

  /** One read at a time; a change during it is followed by another one. */
  async function drain(): Promise<void> {
    try {
      do {
        again = false
        await readOn()
      } while (again)
    } catch (error) {
      broken.reject(error)
    } finally {
      reading = undefined
    }
  }

  function onChange(): void {
    again = true
    if (!over) reading ??= drain()
  }

  async function checkSpace(): Promise<void> {
    const directory = file === undefined ? tmpdir() : path.dirname(file)
    // The files of a removed directory live on, and so does the run.
    const left = await free(directory).catch(() => undefined)
    if (left === undefined || left >= spaceBytes) return
    throw noSpaceLeft(directory, file === undefined ? 'TMPDIR chooses another place' : undefined)
  }

  watcher.on('change', onChange)
  watcher.on('error', (error) => broken.reject(error))
  const timer = setInterval(onChange, pollMilliseconds)
  const spaceTimer = setInterval(() => void checkSpace().catch(broken.reject), spaceMilliseconds)

  function stop(): void {
    watcher.close()
    clearInterval(timer)
    clearInterval(spaceTimer)
  }

  return {
    writer,
    broken: broken.promise,
    checkSpace,
    async catchUp() {
      onChange()
      await reading
    },
    async finish() {
      stop()
      await reading
      await drain()
      over = true
    },
    async [Symbol.asyncDispose]() {
      stop()
      over = true
      await reading
      closeSync(reader)
      closeSync(writer)
    },
  }
}

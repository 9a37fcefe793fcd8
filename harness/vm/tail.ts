// Follows a file that QEMU writes. A file takes what the guest says at once, however busy the harness is: a socket
// makes the emulated serial port wait, and a kernel that waits 10 ms for its serial port loses characters.
import { watch } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { InfraError, messageOf } from '../project/errors.ts'

export interface Tail extends AsyncDisposable {
  /** Reads what is left; to be called when the writer is gone. */
  finish(this: void): Promise<void>
  /** Rejects when the file cannot be read any more. */
  readonly broken: Promise<never>
}

// Some file systems do not report changes; then, this is how late a line can be.
const pollMilliseconds = 50
const chunkBytes = 256 * 1024

async function openForAppend(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'a+', 0o644)
  } catch (error) {
    throw new InfraError('CONSOLE_NOT_WRITABLE', `cannot write the console log: ${messageOf(error)}`, {
      cause: error,
      hint: 'choose another directory with --output',
    })
  }
}

/**
 * Makes sure that `file` exists, and calls back with all that is appended to it from now on.
 * @throws {InfraError} CONSOLE_NOT_WRITABLE
 */
export async function followFile(file: string, onChunk: (chunk: Buffer) => void): Promise<Tail> {
  const handle = await openForAppend(file)
  let { size: position } = await handle.stat()
  const buffer = Buffer.alloc(chunkBytes)
  const broken = Promise.withResolvers<never>()
  // Looked at by whoever cares; to be broken after the end is no news.
  broken.promise.catch(() => undefined)

  async function readOn(): Promise<void> {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes, position)
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

  const watcher = watch(file, onChange)
  watcher.on('error', (error) => broken.reject(error))
  const timer = setInterval(onChange, pollMilliseconds)

  function stop(): void {
    watcher.close()
    clearInterval(timer)
  }

  return {
    broken: broken.promise,
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
      await handle.close()
    },
  }
}

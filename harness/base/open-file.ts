// Opens a file for writing without waiting.
import { constants, openSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'

/**
 * Opens a file to write to it, or to add to it.
 * @throws the error of the file system; ENXIO for a FIFO that no process reads
 */
export async function openFile(file: string, flags: 'a' | 'w'): Promise<Writable> {
  const isFifo = await stat(file).then(
    (status) => status.isFIFO(),
    () => false,
  )
  if (!isFifo) return (await open(file, flags)).createWriteStream()
  // Otherwise, open would wait for a reader without a deadline.
  return new Socket({ fd: openSync(file, constants.O_WRONLY | constants.O_NONBLOCK), readable: false, writable: true })
}

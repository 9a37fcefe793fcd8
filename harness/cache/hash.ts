// SHA-256 of bytes, of files, and of the inputs that name an entry of the cache.
import { createHash, hash, webcrypto } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** Returns the SHA-256 of bytes, in hexadecimal. A string holds one byte in each character (`latin1`). */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', typeof content === 'string' ? Buffer.from(content, 'latin1') : content)
}

/** Returns the key of an entry: a hash of all inputs that its content depends on. */
export function keyOf(inputs: unknown): string {
  return sha256(Buffer.from(JSON.stringify(inputs))).slice(0, 32)
}

/** Files up to this size are read into memory, in bytes. */
const mostInMemory = 2 ** 28

/** Returns the SHA-256 of a file, in hexadecimal. */
export async function sha256OfFile(file: string): Promise<string> {
  const { size } = await stat(file)
  if (size <= mostInMemory) {
    // A thread of its own computes this hash: several files take as long as one.
    const digest = await webcrypto.subtle.digest('SHA-256', await readFile(file))
    return Buffer.from(digest).toString('hex')
  }
  const digester = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), digester)
  return digester.digest('hex')
}

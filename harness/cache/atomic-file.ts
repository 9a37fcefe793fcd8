// Files that are whole or not there: written aside, flushed, renamed.
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

/** The SHA-256 of a text, in hexadecimal. Texts of this room are bytes in disguise: `latin1`. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256')
    .update(typeof content === 'string' ? Buffer.from(content, 'latin1') : content)
    .digest('hex')
}

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

/** Makes what was written to a file, or the entries of a directory, survive a power cut. */
export async function flush(file: string): Promise<void> {
  await using handle = await open(file, 'r')
  await handle.sync()
}

/** Writes a file so that a reader sees all of it or none, also after a power cut. */
export async function writeWhole(file: string, content: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const temporary = `${file}.${randomUUID()}`
  {
    await using handle = await open(temporary, 'w')
    await handle.writeFile(content)
    await handle.sync()
  }
  await rename(temporary, file)
}

/** The content of a JSON file; undefined when there is none, or it is no JSON. */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Whether an error of the file system says that something is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

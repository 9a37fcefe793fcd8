// Unpacks an archive into a new directory. Another program may have made the archive, so nothing in it is trusted: neither
// names, types and sizes, nor that it is complete.
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Parser, type ReadEntry } from 'tar'
import { unlessAborted } from '../../base/deadline.ts'
import { messageOf, UsageError } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import { visibleText } from '../../base/visible-text.ts'
import { requireSpace } from '../../cache/space.ts'
import { readArchiveName, type ArchiveName } from './archive-names.ts'

/** No file of a kernel with all debug information is nearly as large. */
const mostBytes = 2 ** 32
/** Files of JSON are read into memory. */
const mostJsonBytes = 2 ** 22

/** Returns the error for an archive that is not imported. */
export function refusedArchive(reason: string): UsageError {
  return new UsageError('ARCHIVE_REFUSED', `the archive is not imported: ${reason}`, {
    hint: 'make it with: gmemtest cache export KEY > FILE',
  })
}

/**
 * Writes the files of an archive below a directory, under the names that they have in the cache.
 * @returns the names
 * @throws {UsageError} ARCHIVE_REFUSED for a file that is no archive, is incomplete, or has other files than an export
 * @throws {InfraError} NO_SPACE
 */
export async function unpackArchive(
  input: AsyncIterable<Uint8Array | string>,
  directory: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ArchiveName>> {
  const names = new Map<string, ArchiveName>()
  let isComplete = false
  let size = 0
  const failed = Promise.withResolvers<never>()
  // Handled below, in each step; without this, one between two steps would be unhandled.
  failed.promise.catch(() => undefined)
  const written: Promise<void>[] = []
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      const work = writeFileOf(entry, directory, names)
      written.push(work)
      work.catch(failed.reject)
    },
  })
  parser.on('error', (error: unknown) => failed.reject(refusedArchive(messageOf(error))))
  parser.on('eof', () => (isComplete = true))
  // Not once() of node:events, which rejects with the error of the parser as it is.
  const happens = (event: 'drain' | 'end'): Promise<unknown> =>
    unlessAborted(signal, Promise.race([new Promise((resolve) => parser.once(event, resolve)), failed.promise]))
  const ended = happens('end')
  ended.catch(() => undefined)
  for await (const chunk of input) {
    signal.throwIfAborted()
    size += chunk.length
    if (!parser.write(Buffer.from(chunk))) await happens('drain')
  }
  if (size === 0) throw refusedArchive('it is empty')
  parser.end()
  await ended
  await Promise.race([Promise.all(written), failed.promise])
  if (!isComplete) throw refusedArchive(`it ends before its last file, after ${plural(names.size, 'whole file')}`)
  return names
}

async function writeFileOf(entry: ReadEntry, directory: string, names: Map<string, ArchiveName>): Promise<void> {
  const shown = visibleText(entry.path).slice(0, 200)
  const name = readArchiveName(entry.path)
  if (name === undefined) throw refusedArchive(`it has a file that no export has: '${shown}'`)
  if (entry.type !== 'File' && entry.type !== 'OldFile') {
    throw refusedArchive(`'${shown}' is no regular file, but of type ${entry.type}`)
  }
  if (names.has(entry.path)) throw refusedArchive(`'${shown}' is there twice`)
  const most = entry.path.endsWith('.json') ? mostJsonBytes : mostBytes
  if (entry.size > most) throw refusedArchive(`'${shown}' has ${entry.size} bytes, and at most ${most} are allowed`)
  names.set(entry.path, name)
  const file = path.join(directory, entry.path)
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  await requireSpace(directory, entry.size, 'importing kernels')
  await pipeline(entry, createWriteStream(file, { flags: 'wx', mode: 0o600 }))
}

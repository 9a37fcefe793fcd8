// A file of patches that is compressed with gzip: the link "mbox.gz" of an archive of mails, or a patch of quilt.
import { gunzipSync } from 'node:zlib'
import { messageOf } from '../../base/errors.ts'
import { unreadablePatch } from './patch-fault.ts'

/** Returns whether a file is unpacked before it is read: its name says so, and a command line can do the same. */
export function isPacked(file: string): boolean {
  return /\.gz$/i.test(file)
}

/**
 * Returns the content of a file. A file that gzip has not written stays as it is.
 * @throws {UsageError} PATCH_UNREADABLE for a file that is cut off or damaged, or that has more than `most` bytes
 */
export function unpack(
  { name, file }: { readonly name: string; readonly file: string },
  bytes: Buffer,
  most: number,
): Buffer {
  if (!isPacked(file) || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: most })
  } catch (cause) {
    throw unreadablePatch(name, file, { what: `gunzip fails: ${messageOf(cause)}`, hint: 'fetch it again' })
  }
}

// Writes an initramfs archive (cpio, "newc" format) without root privileges; the same entries give the same bytes.

/** One file of the archive. Its owner is root and its time is 0: the archive depends only on its entries. */
export type CpioEntry = { readonly path: string } & (
  | { readonly type: 'directory'; readonly mode: number }
  | { readonly type: 'file'; readonly mode: number; readonly content: Uint8Array }
  | { readonly type: 'symlink'; readonly target: string }
  | { readonly type: 'character-device'; readonly mode: number; readonly major: number; readonly minor: number }
)

const typeBits = {
  directory: 0o040000,
  file: 0o100000,
  symlink: 0o120000,
  'character-device': 0o020000,
} as const satisfies Record<CpioEntry['type'], number>

const trailer = 'TRAILER!!!'
const magic = '070701'

function paddingAfter(length: number): Buffer {
  return Buffer.alloc((4 - (length % 4)) % 4)
}

/** The fields of a header that are not always 0. */
interface Header {
  readonly inode: number
  readonly mode: number
  readonly links: number
  readonly major?: number
  readonly minor?: number
}

function member(path: string, header: Header, content: Uint8Array): Buffer[] {
  const name = Buffer.from(`${path}\0`)
  const { inode, mode, links, major = 0, minor = 0 } = header
  const owner = [0, 0]
  const time = 0
  const containingDevice = [0, 0]
  // "newc" has no checksum.
  const checksum = 0
  const file = [inode, mode, ...owner, links, time, content.length]
  const fields = [...file, ...containingDevice, major, minor, name.length, checksum]
  const head = Buffer.from(`${magic}${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${path}\0`)
  return [head, paddingAfter(head.length), Buffer.from(content), paddingAfter(content.length)]
}

function contentOf(entry: CpioEntry): Uint8Array {
  if (entry.type === 'file') return entry.content
  return entry.type === 'symlink' ? Buffer.from(entry.target) : Buffer.alloc(0)
}

/**
 * Returns an archive of `entries`, sorted by their paths: the kernel requires a directory before its files.
 * @throws {RangeError} when two entries have the same path
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const parts: Buffer[] = []
  let previous: string | undefined
  for (const [index, entry] of sorted.entries()) {
    if (entry.path === previous) throw new RangeError(`two entries of the archive have the path ${entry.path}`)
    previous = entry.path
    const header = {
      inode: index + 1,
      mode: typeBits[entry.type] | (entry.type === 'symlink' ? 0o777 : entry.mode),
      links: entry.type === 'directory' ? 2 : 1,
      ...(entry.type === 'character-device' ? { major: entry.major, minor: entry.minor } : {}),
    }
    parts.push(...member(entry.path, header, contentOf(entry)))
  }
  parts.push(...member(trailer, { inode: 0, mode: 0, links: 1 }, Buffer.alloc(0)))
  return Buffer.concat(parts)
}

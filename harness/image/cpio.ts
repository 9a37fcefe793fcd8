// Writes an initramfs archive (cpio, "newc" format) without root privileges; the same entries give the same bytes.

/** One file of the archive. Its owner is root and its time is 0: the archive depends only on its entries. */
export type CpioEntry = { readonly path: string } & (
  | { readonly type: 'directory'; readonly mode: number }
  | { readonly type: 'file'; readonly mode: number; readonly content: Uint8Array }
  | { readonly type: 'symlink'; readonly target: string }
  | {
      readonly type: 'character-device'
      readonly mode: number
      readonly major: number
      readonly minor: number
    }
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

interface Header {
  readonly inode: number
  readonly mode: number
  readonly links: number
  readonly size: number
  readonly major: number
  readonly minor: number
}

function member(path: string, header: Header, content: Uint8Array): Buffer[] {
  const name = Buffer.from(`${path}\0`)
  const fields = [
    header.inode,
    header.mode,
    0, // uid
    0, // gid
    header.links,
    0, // mtime
    header.size,
    0, // major and minor of the device that contains the file
    0,
    header.major,
    header.minor,
    name.length,
    0, // checksum: "newc" has none
  ]
  const head = Buffer.concat([
    Buffer.from(magic + fields.map((field) => field.toString(16).padStart(8, '0')).join('')),
    name,
  ])
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
    const content = contentOf(entry)
    const isDevice = entry.type === 'character-device'
    const header: Header = {
      inode: index + 1,
      mode: typeBits[entry.type] | (entry.type === 'symlink' ? 0o777 : entry.mode),
      links: entry.type === 'directory' ? 2 : 1,
      size: content.length,
      major: isDevice ? entry.major : 0,
      minor: isDevice ? entry.minor : 0,
    }
    parts.push(...member(entry.path, header, content))
  }
  parts.push(...member(trailer, { inode: 0, mode: 0, links: 1, size: 0, major: 0, minor: 0 }, Buffer.alloc(0)))
  return Buffer.concat(parts)
}

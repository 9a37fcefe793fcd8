// Files of the guest: sysfs and procfs above all, and files that memory can be mapped from.
import { GuestError, ProtocolError } from '../base/errors.ts'
import { must } from './wire/call.ts'
import type { Call, Outcome } from './wire/call.ts'
import { errnoName } from './errno.ts'
import type { ErrnoName } from './errno.ts'
import type { File } from './wire/fields.ts'

/** One file of a batch: it is read, or `text` is written to it. */
interface BatchEntry {
  readonly path: string
  readonly text?: string
}

/** What became of one file of a batch. */
interface BatchResult {
  readonly path: string
  readonly errno: ErrnoName
  /** What was read, at most 64 KiB of it; empty for a file that was written or could not be read. */
  readonly text: string
}

export interface FileOperations {
  /** Reads and writes many files in one round trip, in their order; one that fails does not keep the others. */
  batch(entries: readonly BatchEntry[]): Promise<readonly BatchResult[]>
  /** Makes a directory, such as a control group. */
  makeDirectory(path: string): Promise<Outcome>
  removeDirectory(path: string): Promise<Outcome>
  /** Up to `size` bytes (1 MiB if not given) from `offset` on. */
  readFile(
    path: string,
    options?: { readonly offset?: number; readonly size?: number },
  ): Promise<Outcome & { readonly data: Buffer }>
  /** One write, as sysfs wants it. The file must exist. */
  writeFile(path: string, text: string): Promise<Outcome>
  /**
   * The first number in a file of sysfs or procfs.
   * @throws {GuestError} OPERATION_FAILED when it cannot be read, NOT_A_NUMBER when it has none
   */
  readNumber(path: string): Promise<number>
  open(path: string, flags: number, mode?: number): Promise<Outcome & { readonly file: File }>
  /** An anonymous file of this size, of huge pages with the flags of uapi.ts. */
  memfd(size: number, flags?: number | bigint): Promise<Outcome & { readonly file: File }>
}

const defaultSize = 1024 * 1024
/** A flush of caches waits for every CPU. */
const batchMilliseconds = 30_000

function encodeEntry({ path, text = '' }: BatchEntry): Buffer {
  const [name, contents] = [Buffer.from(path), Buffer.from(text)]
  const sizes = Buffer.alloc(8)
  sizes.writeUInt32LE(name.length, 0)
  sizes.writeUInt32LE(contents.length, 4)
  return Buffer.concat([sizes, name, contents])
}

function decodeResults(entries: readonly BatchEntry[], tail: Buffer): BatchResult[] {
  let at = 0
  const results = entries.map(({ path }) => {
    if (tail.length - at < 8) throw new ProtocolError('AGENT_GARBAGE', `a batch of files ends before ${path}`)
    const size = tail.readUInt32LE(at + 4)
    const errno = errnoName(tail.readUInt32LE(at))
    const text = tail.subarray(at + 8, at + 8 + size).toString('utf8')
    at += 8 + size
    return { path, errno, text }
  })
  if (at !== tail.length) {
    throw new ProtocolError('AGENT_GARBAGE', `a batch of files has ${tail.length} bytes, not ${at}`)
  }
  return results
}

function describeBatch(entries: readonly BatchEntry[]): string {
  const [first] = entries
  return `${first?.path ?? 'nothing'}${entries.length > 1 ? ` and ${entries.length - 1} more` : ''}`
}

export function fileOperations(call: Call): FileOperations {
  const readFile: FileOperations['readFile'] = async (path, options = {}) => {
    const { tail, ...reply } = await call(
      'readFile',
      { offset: options.offset ?? 0, size: options.size ?? defaultSize },
      { tail: Buffer.from(path), note: path },
    )
    return { ...reply, data: tail }
  }
  const directory = (name: 'create' | 'remove', path: string): Promise<Outcome> =>
    call('directory', { call: name }, { tail: Buffer.from(path), note: path })
  return {
    readFile,
    batch: async (entries) => {
      const { tail } = await call(
        'fileBatch',
        { files: entries.length },
        {
          tail: Buffer.concat(entries.map(encodeEntry)),
          note: describeBatch(entries),
          milliseconds: batchMilliseconds,
        },
      )
      return decodeResults(entries, tail)
    },
    makeDirectory: (path) => directory('create', path),
    removeDirectory: (path) => directory('remove', path),
    writeFile: (path, text) => {
      const name = Buffer.from(path)
      const tail = Buffer.concat([name, Buffer.from(text)])
      return call(
        'writeFile',
        { pathLength: name.length },
        { tail, note: `${path}, ${JSON.stringify(text)}` },
      )
    },
    readNumber: async (path) => {
      const { data } = await must(readFile(path))
      const text = data.toString('latin1')
      const digits = /-?\d+/.exec(text)?.[0]
      if (digits === undefined) {
        throw new GuestError('NOT_A_NUMBER', `${path} has no number but "${text.trim()}"`)
      }
      return Number(digits)
    },
    open: (path, flags, mode = 0o600) =>
      call('open', { flags, mode }, { tail: Buffer.from(path), note: path }),
    memfd: (size, flags = 0) => call('memfdCreate', { size, flags }),
  }
}

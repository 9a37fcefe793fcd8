// Files of the instance: sysfs and procfs above all, and files that memory can be mapped from.
import { GuestError, ProtocolError } from '../base/errors.ts'
import { OperationGroup, must, type Outcome, type Result } from './wire/call.ts'
import { errnoName, type ErrnoName } from './errno.ts'

/** One file of a batch: it is read, or `text` is written to it. */
interface BatchEntry {
  readonly path: string
  readonly text?: string
}

/** The result for one file of a batch. */
export interface BatchResult {
  readonly path: string
  readonly errno: ErrnoName
  /** At most 64 KiB of the file; empty for a file that was written or could not be read. */
  readonly text: string
}

const defaultSize = 1024 * 1024
/** A flush of caches waits for every CPU. */
const batchMilliseconds = 30_000

/** Encodes the files of a batch, as they travel behind its request. */
export function encodeBatch(entries: readonly BatchEntry[]): Buffer {
  return Buffer.concat(entries.map(encodeEntry))
}

function encodeEntry({ path, text = '' }: BatchEntry): Buffer {
  const [name, contents] = [Buffer.from(path), Buffer.from(text)]
  const sizes = Buffer.alloc(8)
  sizes.writeUInt32LE(name.length, 0)
  sizes.writeUInt32LE(contents.length, 4)
  return Buffer.concat([sizes, name, contents])
}

/**
 * Decodes the results of a batch.
 * @throws {ProtocolError} AGENT_GARBAGE
 */
export function decodeBatch(entries: readonly BatchEntry[], tail: Buffer): BatchResult[] {
  let at = 0
  const results = entries.map(({ path }) => {
    if (tail.length - at < 8)
      throw new ProtocolError('AGENT_GARBAGE', `the results of a batch of files end before ${path}`)
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

export class FileOperations extends OperationGroup {
  /** Reads and writes many files in one round trip, in their order; a failure with one does not stop the others. */
  async batch(entries: readonly BatchEntry[]): Promise<readonly BatchResult[]> {
    const note = describeBatch(entries)
    const options = { tail: encodeBatch(entries), note, milliseconds: batchMilliseconds }
    const { tail } = await this.call('fileBatch', { files: entries.length }, options)
    return decodeBatch(entries, tail)
  }

  /** Makes a directory, such as a control group. */
  makeDirectory(path: string): Promise<Outcome> {
    return this.call('directory', { call: 'create' }, { tail: Buffer.from(path), note: path })
  }

  removeDirectory(path: string): Promise<Outcome> {
    return this.call('directory', { call: 'remove' }, { tail: Buffer.from(path), note: path })
  }

  /** Up to `size` bytes (1 MiB if not given) from `offset` on. */
  async readFile(
    path: string,
    options: { readonly offset?: number; readonly size?: number } = {},
  ): Promise<Outcome & { readonly data: Buffer }> {
    const request = { offset: 0, size: defaultSize, ...options }
    const { tail, ...reply } = await this.call('readFile', request, { tail: Buffer.from(path), note: path })
    return { ...reply, data: tail }
  }

  /** One write, as sysfs wants it. The file must exist. */
  writeFile(path: string, text: string): Promise<Outcome> {
    const name = Buffer.from(path)
    const tail = Buffer.concat([name, Buffer.from(text)])
    const note = `${path}, ${JSON.stringify(text)}`
    return this.call('writeFile', { pathLength: name.length }, { tail, note })
  }

  /**
   * The first number in a file of sysfs or procfs.
   * @throws {GuestError} OPERATION_FAILED when it cannot be read, NOT_A_NUMBER when it has none
   */
  async readNumber(path: string): Promise<number> {
    const { data } = await must(this.readFile(path))
    const text = data.toString('latin1')
    const digits = /-?\d+/.exec(text)?.[0]
    if (digits === undefined) {
      throw new GuestError('NOT_A_NUMBER', `${path} has no number but "${text.trim()}"`)
    }
    return Number(digits)
  }

  open(path: string, flags: number, mode = 0o600): Promise<Result<'open'>> {
    return this.call('open', { flags, mode }, { tail: Buffer.from(path), note: path })
  }

  /** An anonymous file of this size, of huge pages with `memfdFlags` (harness/uapi). */
  memfd(size: number, flags: number | bigint = 0): Promise<Result<'memfdCreate'>> {
    return this.call('memfdCreate', { size, flags })
  }
}

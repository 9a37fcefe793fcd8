// Files of the guest: sysfs and procfs above all, and files that memory can be mapped from.
import { GuestError } from '../project/errors.ts'
import { must } from './call.ts'
import type { Call, Outcome } from './call.ts'
import type { File } from './fields.ts'

export interface FileOperations {
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

export function fileOperations(call: Call): FileOperations {
  const readFile: FileOperations['readFile'] = async (path, options = {}) => {
    const { tail, ...reply } = await call(
      'readFile',
      { offset: options.offset ?? 0, size: options.size ?? defaultSize },
      { tail: Buffer.from(path), note: path },
    )
    return { ...reply, data: tail }
  }
  return {
    readFile,
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

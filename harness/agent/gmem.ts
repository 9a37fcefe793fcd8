// guest_memfd files: creating them, converting their pages, freeing and allocating them.
import type { Call, Outcome } from './wire/call.ts'
import type { File, Gmem, Vcpu, Vm } from './wire/fields.ts'
import { fallocateModes } from '../uapi/constants.ts'
import type { fileCalls, ioctlArguments, Order } from './vocabulary.ts'
import type { Dialect } from '../uapi/dialect.ts'
import type { PageState } from '../uapi/dialect-spec.ts'

/** One conversion, in a dialect. `offset` is a guest physical address where `target` is a VM. */
export interface Conversion {
  readonly target: Gmem | Vm
  readonly dialect: Dialect
  readonly to: PageState
  readonly offset: number | bigint
  readonly size: number | bigint
  /** What the caller leaves in error_offset; 0 if not given, as the rules demand. */
  readonly errorOffset?: number | bigint
}

export interface ConversionResult extends Outcome {
  /** What is in error_offset afterwards: as passed in, unless the kernel wrote to it. */
  readonly errorOffset: number | bigint
  /** How long the ioctl took. */
  readonly nanoseconds: number
}

/** Many conversions: pieces of `unit` bytes, `stride` bytes apart, from `offset` on, all within `size` bytes. */
export interface ManyConversions {
  readonly target: Gmem | Vm
  readonly dialect: Dialect
  readonly to: PageState
  readonly offset: number
  readonly size: number
  /** Bytes converted by one ioctl; 4 KiB if not given. */
  readonly unit?: number
  /** Bytes from one piece to the next; `unit` if not given. */
  readonly stride?: number
  readonly order?: Order
  /** For the random order: the same seed gives the same order. */
  readonly seed?: number | bigint
}

export interface ManyConversionsResult extends Outcome {
  /** How many pieces were converted; it stops at the first that fails. */
  readonly done: number
  /** Offset of the piece that failed, and what its ioctl left in error_offset. */
  readonly failedOffset: number
  readonly errorOffset: number | bigint
  /** Time in all the ioctls, in the first and in the last tenth of them, and in the slowest one. */
  readonly nanoseconds: number
  readonly firstTenthNanoseconds: number
  readonly lastTenthNanoseconds: number
  readonly slowestNanoseconds: number
}

interface FileStatus extends Outcome {
  readonly size: number
  /** Units of 512 bytes. */
  readonly blocks: number
  readonly blockSize: number
  readonly inode: number
  readonly mode: bigint
  readonly links: number
}

export interface GmemOperations {
  /** KVM_CREATE_GUEST_MEMFD. The meaning of the flags is the dialect's, see uapi.ts. */
  create(options: {
    readonly vm: Vm
    readonly size: number | bigint
    readonly flags?: number | bigint
  }): Promise<Outcome & { readonly gmem: Gmem }>
  convert(conversion: Conversion): Promise<ConversionResult>
  /** A whole pattern of conversions within the agent: 64K ioctls in one round trip. */
  convertMany(conversions: ManyConversions): Promise<ManyConversionsResult>
  fallocate(
    file: Gmem | File,
    mode: number,
    offset: number | bigint,
    length: number | bigint,
  ): Promise<Outcome>
  /** fallocate with PUNCH_HOLE and KEEP_SIZE. */
  punchHole(file: Gmem | File, offset: number, length: number): Promise<Outcome>
  /** fallocate with KEEP_SIZE. */
  allocate(file: Gmem | File, offset: number, length: number): Promise<Outcome>
  status(file: Gmem | File | Vm | Vcpu): Promise<FileStatus>
  /** A call that a guest_memfd has to refuse. `value`: the length, the size of the file or its mode. */
  attempt(
    file: Gmem | File,
    call: (typeof fileCalls)[number],
    value?: number,
    offset?: number,
  ): Promise<Outcome & { readonly result: bigint }>
  /** A second descriptor of the same file. */
  dup(file: Gmem): Promise<Outcome & { readonly gmem: Gmem }>
}

interface RawIoctl {
  readonly handle: Gmem | File | Vm | Vcpu
  readonly request: number | bigint
  /**
   * `buffer`: the bytes, which come back as the ioctl left them. `read-only-buffer`: the same in memory that the kernel
   * cannot write to. `value`: `value` itself, such as a pointer to nowhere.
   */
  readonly argument?: (typeof ioctlArguments)[number]
  readonly bytes?: Uint8Array
  readonly value?: number | bigint
}

/** Any ioctl with any argument. */
export type IoctlRaw = (
  options: RawIoctl,
) => Promise<Outcome & { readonly result: bigint; readonly bytes: Buffer }>

/** 64K conversions of nested KVM under emulation take a few seconds. */
const manyMilliseconds = 60_000
const page = 4096

export function gmemOperations(call: Call): GmemOperations {
  const keep = fallocateModes.keepSize
  const fallocate: GmemOperations['fallocate'] = (file, mode, offset, length) =>
    call('fallocate', { file, mode, offset, length }, { milliseconds: manyMilliseconds })
  return {
    create: (options) =>
      call('gmemCreate', { vm: options.vm, size: options.size, flags: options.flags ?? 0 }),
    convert: ({ errorOffset = 0, ...conversion }) =>
      call('convert', { ...conversion, errorOffset }, { milliseconds: manyMilliseconds }),
    convertMany: ({ unit = page, stride = unit, order = 'forward', seed = 0, ...rest }) =>
      call('convertMany', { ...rest, unit, stride, order, seed }, { milliseconds: manyMilliseconds }),
    fallocate,
    punchHole: (file, offset, length) => fallocate(file, keep | fallocateModes.punchHole, offset, length),
    allocate: (file, offset, length) => fallocate(file, keep, offset, length),
    status: (file) => call('fstat', { file }),
    attempt: (file, name, value = 1, offset = 0) => call('fileAttempt', { file, call: name, value, offset }),
    dup: async (file) => {
      const { handle, ...reply } = await call('dup', { handle: file })
      return { ...reply, gmem: handle }
    },
  }
}

export function ioctlRawOf(call: Call): IoctlRaw {
  return async ({ handle, request, argument = 'buffer', bytes = Buffer.alloc(0), value = 0 }) => {
    const { tail, ...reply } = await call(
      'ioctlRaw',
      { handle, request, argument, value },
      { tail: bytes, note: `${bytes.length} bytes` },
    )
    return { ...reply, bytes: tail }
  }
}

// guest_memfd files: creating them, converting their pages, freeing and allocating them.
import { fallocateModes } from '../uapi/constants.ts'
import { pageSize } from '../base/units.ts'
import { slow } from './access.ts'
import type { words } from './vocabulary.ts'
import { OperationGroup, type Call, type Optional, type Outcome, type Result } from './wire/call.ts'
import type { File, Gmem, Vcpu, Vm } from './wire/fields.ts'
import type { Request } from './wire/operations.ts'

/** One conversion, in a dialect. `offset` is a guest physical address where `target` is a VM. */
export type Conversion = Request<'convert'>
export type ConversionResult = Result<'convert'>

/**
 * Many conversions: pieces of `unit` bytes (default 4 KiB), `stride` bytes apart (default `unit`), from `offset` on, all
 * within `size` bytes. In the random order, the same `seed` gives the same order.
 */
export interface ManyConversions extends Optional<Request<'convertMany'>, 'unit' | 'stride' | 'order' | 'seed'> {
  readonly offset: number
}

export class GmemOperations extends OperationGroup {
  /** KVM_CREATE_GUEST_MEMFD. The dialect gives the flags their meaning (harness/uapi). */
  create(options: Optional<Request<'gmemCreate'>, 'flags'>): Promise<Result<'gmemCreate'>> {
    return this.call('gmemCreate', { flags: 0, ...options })
  }

  convert(conversion: Conversion): Promise<ConversionResult> {
    return this.call('convert', conversion, slow)
  }

  /** A whole pattern of conversions within the agent: 64K ioctls in one round trip. */
  convertMany({ unit = pageSize, ...others }: ManyConversions): Promise<Result<'convertMany'>> {
    const defaults = { unit, stride: unit, order: 'forward', seed: 0 } as const
    return this.call('convertMany', { ...defaults, ...others }, slow)
  }

  fallocate(file: Gmem | File, mode: number, offset: number | bigint, length: number | bigint): Promise<Outcome> {
    return this.call('fallocate', { file, mode, offset, length }, slow)
  }

  /** fallocate with PUNCH_HOLE and KEEP_SIZE. */
  punchHole(file: Gmem | File, offset: number | bigint, length: number | bigint): Promise<Outcome> {
    return this.fallocate(file, fallocateModes.keepSize | fallocateModes.punchHole, offset, length)
  }

  /** fallocate with KEEP_SIZE. */
  allocate(file: Gmem | File, offset: number, length: number): Promise<Outcome> {
    return this.fallocate(file, fallocateModes.keepSize, offset, length)
  }

  status(file: Gmem | File | Vm | Vcpu): Promise<Result<'fstat'>> {
    return this.call('fstat', { file })
  }

  /** A call that a guest_memfd has to refuse. `value`: the length, the size of the file or its mode. */
  attempt(file: Gmem | File, name: (typeof words.call)[number], value = 1, offset = 0): Promise<Result<'fileAttempt'>> {
    return this.call('fileAttempt', { file, call: name, value, offset })
  }

  /** A second descriptor of the same file. */
  async dup(file: Gmem): Promise<Outcome & { readonly gmem: Gmem }> {
    const { handle, ...reply } = await this.call('dup', { handle: file })
    return { ...reply, gmem: handle }
  }
}

interface RawIoctl extends Optional<Request<'ioctlRaw'>, 'argument' | 'value'> {
  readonly bytes?: Uint8Array
}

/**
 * Any ioctl with any argument. `buffer`: the bytes, which come back as the ioctl left them. `read-only-buffer`: the same in
 * memory that the kernel cannot write to. `value`: `value` itself, such as a pointer to nowhere.
 */
export type IoctlRaw = (options: RawIoctl) => Promise<Result<'ioctlRaw'> & { readonly bytes: Buffer }>

export function ioctlRawOf(call: Call): IoctlRaw {
  return async ({ bytes = Buffer.alloc(0), ...options }) => {
    const request = { argument: 'buffer', value: 0, ...options } as const
    const { tail, ...reply } = await call('ioctlRaw', request, { tail: bytes, note: `${bytes.length} bytes` })
    return { ...reply, bytes: tail }
  }
}

// Memory as the host sees it: mappings in the agent, accesses that survive SIGBUS, page tables, pins.
import { accessMilliseconds, encodePattern } from './access.ts'
import type { Difference, Pattern } from './access.ts'
import type { Call, Outcome } from './wire/call.ts'
import type { File, Gmem, Mapping, Pin } from './wire/fields.ts'
import { decodeRuns } from './pages.ts'
import type { PageRun } from './pages.ts'
import { mapFlags, protections } from '../uapi/constants.ts'
import type { HostOutcome, pinMethods } from './vocabulary.ts'

interface HostAccess extends Outcome {
  /** A signal is an outcome and not an error: the errno is OK. */
  readonly outcome: HostOutcome
  /** si_code of the signal. */
  readonly signalCode: number
  /** Where the signal struck, counted from the start of the mapping. */
  readonly faultOffset: number
  /** How many bytes had been handled before it, from the start of the access. */
  readonly bytes: number
}

interface MmapOptions {
  /** Nothing: anonymous memory. */
  readonly file?: Gmem | File
  readonly offset?: number
  readonly length: number
  /** Read and write if not given. */
  readonly protection?: number
  /** MAP_SHARED if not given. */
  readonly flags?: number
  readonly address?: number | bigint
}

/** One page of a mapping as /proc shows it. */
interface PageEntry {
  readonly present: boolean
  /** 0 when it is not present. */
  readonly pfn: number
  /** The word of /proc/self/pagemap. */
  readonly pagemap: bigint
  /** The words of /proc/kpageflags and /proc/kpagecount for that pfn; 0 when it is not present. */
  readonly flags: bigint
  readonly mapCount: number
}

export interface HostOperations {
  mmap(options: MmapOptions): Promise<Outcome & { readonly mapping: Mapping; readonly address: bigint }>
  /** All of the mapping, whose handle ends with it, or a part of it. */
  munmap(mapping: Mapping, part?: { readonly offset: number; readonly length: number }): Promise<Outcome>
  read(mapping: Mapping, offset: number, size: number): Promise<HostAccess & { readonly data: Buffer }>
  write(mapping: Mapping, offset: number, data: Uint8Array): Promise<HostAccess>
  fill(mapping: Mapping, offset: number, size: number, pattern: Pattern): Promise<HostAccess>
  /** Compares in the agent; a difference is not an error. */
  verify(mapping: Mapping, offset: number, size: number, pattern: Pattern): Promise<HostAccess & Difference>
  /** What each page looks like, the ones that give SIGBUS too: one round trip for a whole file. */
  scan(
    mapping: Mapping,
    offset: number,
    size: number,
  ): Promise<Outcome & { readonly runs: readonly PageRun[] }>
  /** `signal` is not 0 when it struck the agent itself: SIGBUS (7) with `hwpoison`. */
  madvise(
    mapping: Mapping,
    offset: number,
    length: number,
    advice: number,
  ): Promise<Outcome & { readonly signal: number; readonly signalCode: number }>
  /** Physical pages behind a part of a mapping, as far as they are mapped at this moment. */
  pagemap(
    mapping: Mapping,
    offset: number,
    pages: number,
  ): Promise<Outcome & { readonly pages: readonly PageEntry[] }>
  /** Holds references to pages, by a pipe or by CONFIG_GUP_TEST (FOLL_LONGTERM), until `close`. */
  pin(options: {
    readonly mapping: Mapping
    readonly offset: number
    readonly size: number
    readonly method?: (typeof pinMethods)[number]
  }): Promise<Outcome & { readonly pin: Pin }>
}

const presentBit = 1n << 63n
const pfnMask = (1n << 55n) - 1n
const pageRecordSize = 24

function decodePage(tail: Buffer, index: number): PageEntry {
  const at = index * pageRecordSize
  const pagemap = tail.readBigUInt64LE(at)
  const present = (pagemap & presentBit) !== 0n
  return {
    present,
    pfn: present ? Number(pagemap & pfnMask) : 0,
    pagemap,
    flags: tail.readBigUInt64LE(at + 8),
    mapCount: Number(tail.readBigUInt64LE(at + 16)),
  }
}

export function hostOperations(call: Call): HostOperations {
  const slow = { milliseconds: accessMilliseconds }
  return {
    mmap: ({ file, offset = 0, length, protection, flags, address = 0 }) =>
      call(
        'mmap',
        {
          file,
          offset,
          length,
          protection: protection ?? protections.read | protections.write,
          flags: flags ?? mapFlags.shared | (file === undefined ? mapFlags.anonymous : 0),
          address,
        },
        slow,
      ),
    munmap: (mapping, part = { offset: 0, length: 0 }) => call('munmap', { mapping, ...part }, slow),
    read: async (mapping, offset, size) => {
      const { tail, ...reply } = await call('hostRead', { mapping, offset, size }, slow)
      return { ...reply, data: tail }
    },
    write: (mapping, offset, data) =>
      call('hostWrite', { mapping, offset }, { ...slow, tail: data, note: `${data.length} bytes` }),
    fill: (mapping, offset, size, pattern) =>
      call('hostFill', { mapping, offset, size, ...encodePattern(pattern) }, slow),
    verify: (mapping, offset, size, pattern) =>
      call('hostVerify', { mapping, offset, size, ...encodePattern(pattern) }, slow),
    scan: async (mapping, offset, size) => {
      const { tail, runs, ...reply } = await call('hostScan', { mapping, offset, size }, slow)
      return { ...reply, runs: decodeRuns(tail, runs) }
    },
    madvise: (mapping, offset, length, advice) => call('madvise', { mapping, offset, length, advice }, slow),
    pagemap: async (mapping, offset, pages) => {
      const { tail, ...reply } = await call('pagemap', { mapping, offset, pages })
      return { ...reply, pages: Array.from({ length: reply.pages }, (_, index) => decodePage(tail, index)) }
    },
    pin: ({ method = 'vmsplice', ...options }) => call('pin', { ...options, method }, slow),
  }
}

// Memory as the host sees it: mappings in the agent, accesses that survive SIGBUS, page tables, pins.
import { mapFlags, protections } from '../uapi/constants.ts'
import { decodeRuns, encodePattern, slow, type PageRun, type Pattern } from './access.ts'
import type { words } from './vocabulary.ts'
import { OperationGroup, type Optional, type Outcome, type Result } from './wire/call.ts'
import type { Mapping } from './wire/fields.ts'
import type { Request } from './wire/operations.ts'
import { decodeRecords } from './wire/records.ts'

/** A signal is an outcome and not an error: the errno is OK. */
type HostAccess = Result<'hostWrite'>

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

const presentBit = 1n << 63n
const pfnMask = (1n << 55n) - 1n

export class HostOperations extends OperationGroup {
  /** Maps a file, or anonymous memory without one: MAP_SHARED, for reading and writing, if not given. */
  mmap(options: Optional<Request<'mmap'>, 'offset' | 'protection' | 'flags'>): Promise<Result<'mmap'>> {
    const protection = protections.read | protections.write
    const flags = mapFlags.shared | (options.file === undefined ? mapFlags.anonymous : 0)
    return this.call('mmap', { offset: 0, protection, flags, ...options }, slow)
  }

  /** Unmaps a part of a mapping, or all of it, which ends its handle. */
  munmap(mapping: Mapping, part = { offset: 0, length: 0 }): Promise<Outcome> {
    return this.call('munmap', { mapping, ...part }, slow)
  }

  async read(mapping: Mapping, offset: number, size: number): Promise<HostAccess & { readonly data: Buffer }> {
    const { tail, ...reply } = await this.call('hostRead', { mapping, offset, size }, slow)
    return { ...reply, data: tail }
  }

  write(mapping: Mapping, offset: number, data: Uint8Array): Promise<HostAccess> {
    const options = { ...slow, tail: data, note: `${data.length} bytes` }
    return this.call('hostWrite', { mapping, offset }, options)
  }

  fill(mapping: Mapping, offset: number, size: number, pattern: Pattern): Promise<HostAccess> {
    return this.call('hostFill', { mapping, offset, size, ...encodePattern(pattern) }, slow)
  }

  /** Compares in the agent; a difference is not an error. */
  verify(mapping: Mapping, offset: number, size: number, pattern: Pattern): Promise<Result<'hostVerify'>> {
    return this.call('hostVerify', { mapping, offset, size, ...encodePattern(pattern) }, slow)
  }

  /** Looks at each page, also at those that give SIGBUS: one round trip for a whole file. */
  async scan(mapping: Mapping, offset: number, size: number): Promise<Outcome & { readonly runs: readonly PageRun[] }> {
    const { tail, runs, ...reply } = await this.call('hostScan', { mapping, offset, size }, slow)
    return { ...reply, runs: decodeRuns(tail, runs) }
  }

  madvise(mapping: Mapping, offset: number, length: number, advice: number): Promise<Result<'madvise'>> {
    return this.call('madvise', { mapping, offset, length, advice }, slow)
  }

  /** Moves or resizes a part of a mapping, to the address of `place` if that is given; its handle stays what it is. */
  mremap(options: Request<'mremap'>): Promise<Result<'mremap'>> {
    return this.call('mremap', options, slow)
  }

  protect(mapping: Mapping, offset: number, length: number, protection: number): Promise<Outcome> {
    return this.call('mprotect', { mapping, offset, length, protection }, slow)
  }

  /** Sets the policy for the nodes of memory; `nodes` is a mask. */
  bindMemory(options: Request<'mbind'>): Promise<Outcome> {
    return this.call('mbind', options)
  }

  /** Asks for the policy of the page at the offset, of its file if that has one. */
  memoryPolicy(mapping: Mapping, offset: number): Promise<Result<'memoryPolicy'>> {
    return this.call('memoryPolicy', { mapping, offset })
  }

  lock(mapping: Mapping, offset: number, length: number, how: (typeof words.lock)[number]): Promise<Outcome> {
    return this.call('mlock', { mapping, offset, length, how }, slow)
  }

  /** Looks at each page as the kernel copies it from the process; `fault` is a page that it cannot copy. */
  async copyScan(request: Request<'copyScan'>): Promise<Outcome & { readonly runs: readonly PageRun[] }> {
    const { tail, runs, ...reply } = await this.call('copyScan', request, slow)
    return { ...reply, runs: decodeRuns(tail, runs) }
  }

  /** Fills pages with a byte as the kernel copies it to the process; `bytes` were copied before an error. */
  copyFill(request: Request<'copyFill'>): Promise<Result<'copyFill'>> {
    return this.call('copyFill', request, slow)
  }

  /** Physical pages behind a part of a mapping, as far as they are mapped at this moment. */
  async pagemap(
    mapping: Mapping,
    offset: number,
    pages: number,
  ): Promise<Outcome & { readonly pages: readonly PageEntry[] }> {
    const { tail, ...reply } = await this.call('pagemap', { mapping, offset, pages })
    const entries = decodeRecords('pageEntry', tail, reply.pages).map((entry) => {
      const present = (entry.pagemap & presentBit) !== 0n
      return { ...entry, present, pfn: present ? Number(entry.pagemap & pfnMask) : 0 }
    })
    return { ...reply, pages: entries }
  }

  /** Holds references to pages, by a pipe or by CONFIG_GUP_TEST (FOLL_LONGTERM), until `close`. */
  pin(options: Optional<Request<'pin'>, 'method'>): Promise<Result<'pin'>> {
    return this.call('pin', { method: 'vmsplice', ...options }, slow)
  }
}

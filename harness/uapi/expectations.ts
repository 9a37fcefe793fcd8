// What kernels of a dialect do where dialects differ: scenarios take these values and never look at the name of a dialect.

/** One value for each rule of harness/catalogue that has another value in another dialect. */
export interface Expectations {
  /** The end of a conversion with a nonzero error_offset (2.2-error-offset). */
  readonly nonzeroErrorOffset: 'OK' | 'EINVAL'
  /** The end of a conversion of an empty range that begins inside the file (2.2-zero-size). */
  readonly emptyRange: 'OK' | 'EINVAL'
  /** The end of a conversion with reserved words that are not 0 (2.2-reserved). */
  readonly reservedWords: 'OK' | 'EINVAL'
  /** The end of a conversion of a file that cannot be mapped (O-8). */
  readonly unmappableFile: 'OK' | 'ENOTTY'
  /** The end of binding a slot whose host address does not map the bound range of the file (S-A5). */
  readonly foreignHostAddress: 'OK' | 'EINVAL'
  /** The ends of binding pages that another slot binds: mainline changed the errno of one dialect (S-A5). */
  readonly overlappingSlot: readonly ('EEXIST' | 'EINVAL')[]
  /** A plain VM, without private memory, can convert pages (S-A2). */
  readonly plainVmConverts: boolean
  /** The end of binding a file that cannot be mapped to a plain VM (S-A5). */
  readonly plainVmUnmappableFile: 'OK' | 'EINVAL'
  /** A plain VM, without private memory, reaches the private pages of its file; otherwise each access is a memory fault (S-A18, S-B1). */
  readonly plainVmReachesPrivatePages: boolean
  /** st_blocks counts the allocated 4K pages; otherwise it is 0 for ever (S-A34). */
  readonly countsSmallPages: boolean
  /** A conversion of a mixed range leaves pages mapped that have the state already; otherwise only their data stay (S-A7). */
  readonly keepsMappingsInMixedRange: boolean
  /**
   * The ends of converting a page of 4K to private after its memory has failed, of which a kernel has one for all pages;
   * EAGAIN lasts until a hole frees the page (K-failures).
   */
  readonly failedPageToPrivate: readonly ('OK' | 'EAGAIN')[]
  /** The end of injecting a memory error into a page of 4K, which is lost with either of them (S-A41). */
  readonly memoryFailure: 'OK' | 'EBUSY'
  /** A mapping can grow by mremap; an access behind the end of the file is SIGBUS (K-mremap). */
  readonly mappingsGrow: boolean
  /** The page in error_offset of a conversion that gets no memory (S-A13, S-B3). */
  readonly offsetWithoutMemory: 'the start' | 'in the range'
}

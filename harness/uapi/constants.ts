// Numbers of the kernel's interface, under the names that the kernel gives them; those that a test or an operation uses.

/** The states of a page; their order is part of the wire format of the agent. */
export const pageStates = ['shared', 'private'] as const
export type PageState = (typeof pageStates)[number]

/** For KVM_CREATE_VM. */
export const vmTypes = { default: 0, swProtected: 1 } as const

/** For KVM_CHECK_EXTENSION. The numbers above 239 mean something else on other kernels: never decide by them alone. */
export const kvmCapabilities = {
  memoryAttributes: 233,
  guestMemfd: 234,
  vmTypes: 235,
  preFaultMemory: 236,
  gmemConversion: 241,
  gmemHugetlb: 242,
  guestMemfdFlags: 244,
} as const

/** For KVM_SET_USER_MEMORY_REGION2. */
export const memslotFlags = { logDirtyPages: 1n << 0n, readOnly: 1n << 1n, guestMemfd: 1n << 2n } as const

/** In `faultFlags` of an access by the guest. */
export const memoryFaultFlags = { private: 1n << 3n } as const

/** For KVM_CREATE_GUEST_MEMFD in mainline, from 6.18 on. */
export const fileFlags = { mmap: 1n << 0n, initShared: 1n << 1n } as const

/** `KVM_MEMORY_ATTRIBUTE_…`. */
export const attributes = { shared: 0n, private: 1n << 3n } as const satisfies Record<PageState, bigint>

export const fallocateModes = { keepSize: 1, punchHole: 2, collapseRange: 8, zeroRange: 16 } as const

export const protections = { none: 0, read: 1, write: 2, exec: 4 } as const
export const mapFlags = {
  shared: 0x01,
  private: 0x02,
  sharedValidate: 0x03,
  fixed: 0x10,
  anonymous: 0x20,
  locked: 0x2000,
  populate: 0x8000,
  hugetlb: 0x40000,
} as const

/** For mbind. */
export const memoryPolicies = { default: 0, preferred: 1, bind: 2, interleave: 3 } as const

/** For mremap. */
export const remapFlags = { mayMove: 1, fixed: 2, dontUnmap: 4 } as const

export const advices = {
  dontNeed: 4,
  remove: 9,
  pageOut: 21,
  populateRead: 22,
  populateWrite: 23,
  hwpoison: 100,
} as const

export const openFlags = { readOnly: 0, writeOnly: 1, readWrite: 2, create: 0o100 } as const
/** For memfd_create: a file of huge pages. */
export const memfdFlags = { hugetlb: 4n, huge2M: 21n << 26n, huge1G: 30n << 26n } as const

export const signals = { kill: 9 } as const

/** The `si_code` of a SIGBUS: BUS_MCEERR_AR, for an access to memory that has failed. */
export const signalCodes = { memoryFailed: 4 } as const

/** The signals by which a kernel ends a program whose memory or code is not what it should be. */
export const deadlySignals = { ILL: 4, BUS: 7, FPE: 8, KILL: 9, SEGV: 11 } as const

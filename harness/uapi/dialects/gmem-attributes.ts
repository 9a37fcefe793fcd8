// Dialect `gmem-attributes`: KVM_SET_MEMORY_ATTRIBUTES2 on the file.
import type { DialectSpec } from '../dialect-spec.ts'

/** For KVM_CREATE_GUEST_MEMFD, in mainline from 6.18 on. */
const flags = { mmap: 1n << 0n, initShared: 1n << 1n } as const

export const gmemAttributes: DialectSpec = {
  inPlace: true,
  creationFlags: ({ initially }) => flags.mmap | (initially === 'shared' ? flags.initShared : 0n),
  conversion: ({ gmem }) => ({ target: gmem, base: 0 }),
  isSpokenBy: (kernel) => kernel.takesConversion(flags.mmap),
  mayLack: [],
}

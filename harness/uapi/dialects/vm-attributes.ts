// Dialect `vm-attributes`: KVM_SET_MEMORY_ATTRIBUTES on the VM, which takes guest physical addresses.
import { attributePrivate, kvmCapabilities } from '../constants.ts'
import type { DialectSpec } from '../dialect-spec.ts'

export const vmAttributes: DialectSpec = {
  inPlace: false,
  // The file is the private memory alone. The state is an attribute of the VM, and shared at first.
  creationFlags: () => 0n,
  conversion: ({ vm, gpa }) => ({ target: vm, base: gpa }),
  isSpokenBy: async (kernel) =>
    (BigInt(await kernel.extension(kvmCapabilities.memoryAttributes)) & attributePrivate) !== 0n,
  // Mainline gave guest_memfd an inode of its own in a later release than KVM_SET_MEMORY_ATTRIBUTES.
  mayLack: ['gmem-inode-counter'],
}

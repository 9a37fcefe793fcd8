// Dialect `vm-attributes`: KVM_SET_MEMORY_ATTRIBUTES on the VM, which takes guest physical addresses.
import { attributes, kvmCapabilities } from '../constants.ts'
import type { DialectSpec } from '../dialect-spec.ts'

const name = 'KVM_SET_MEMORY_ATTRIBUTES'
const request = 0x4020_aed2n
const { memoryAttributes } = kvmCapabilities

export const vmAttributes: DialectSpec = {
  inPlace: false,
  creation: { mappable: undefined, valid: [0n] },
  // The file is the private memory alone. The state is an attribute of the VM, and shared at first.
  creationFlags: () => 0n,
  ioctl: {
    names: { shared: name, private: name },
    requests: { shared: request, private: request },
    fields: ['offset', 'size', 'attributes', 'flags'],
    reservedWords: 0,
    isOfVm: true,
  },
  conversion: ({ vm, gpa }) => ({ target: vm, base: gpa }),
  tryOn: async (kernel) => {
    const mask = BigInt(await kernel.extension(memoryAttributes))
    const tried = `KVM_CHECK_EXTENSION of KVM_CAP_MEMORY_ATTRIBUTES (${memoryAttributes}) gave ${mask}`
    return { isSpoken: (mask & attributes.private) !== 0n, tried }
  },
  parameters: [],
  switches: [],
  extensions: [
    { what: 'guest_memfd', number: kvmCapabilities.guestMemfd },
    { what: 'attributes of the VM', number: memoryAttributes, value: Number(attributes.private) },
  ],
  besideVmAttributes: true,
  // Mainline gave guest_memfd an inode of its own in a later release than KVM_SET_MEMORY_ATTRIBUTES.
  mayLack: ['gmem-inode-counter'],
  expects: {
    nonzeroErrorOffset: 'OK',
    emptyRange: 'EINVAL',
    reservedWords: 'EINVAL',
    unmappableFile: 'OK',
    foreignHostAddress: 'OK',
    // Linux 6.12 has EINVAL, and 7.2 has EEXIST.
    overlappingSlot: ['EEXIST', 'EINVAL'],
    plainVmConverts: false,
    plainVmUnmappableFile: 'EINVAL',
    plainVmReachesPrivatePages: false,
    countsSmallPages: false,
    keepsMappingsInMixedRange: false,
    failedPageToPrivate: ['OK'],
    memoryFailure: 'EBUSY',
    mappingsGrow: true,
    offsetWithoutMemory: 'in the range',
  },
}

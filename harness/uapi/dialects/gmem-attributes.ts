// Dialect `gmem-attributes`: KVM_SET_MEMORY_ATTRIBUTES2 on the file, as "In-place conversion support" has it since version 7.
import { fileFlags, kvmCapabilities } from '../constants.ts'
import type { DialectSpec } from '../dialect-spec.ts'
import { tryConversion } from '../try-conversion.ts'

const { mmap, initShared } = fileFlags
const name = 'KVM_SET_MEMORY_ATTRIBUTES2'
const request = 0xc080_aed2n
const parameterFiles = '/sys/module/kvm/parameters'

export const gmemAttributes: DialectSpec = {
  inPlace: true,
  creation: { mappable: mmap, valid: [0n, mmap, initShared, mmap | initShared] },
  creationFlags: ({ initially }) => mmap | (initially === 'shared' ? initShared : 0n),
  ioctl: {
    names: { shared: name, private: name },
    requests: { shared: request, private: request },
    fields: ['offset', 'size', 'attributes', 'flags', 'errorOffset'],
    reservedWords: 11,
    isOfVm: false,
  },
  conversion: ({ gmem }) => ({ target: gmem, base: 0 }),
  tryOn: (kernel) => tryConversion(kernel, gmemAttributes),
  // The first name was replaced by the second one in version 8.
  parameters: ['kvm.vm_memory_attributes=0', 'kvm.gmem_in_place_conversion=1'],
  switches: [`${parameterFiles}/vm_memory_attributes`, `${parameterFiles}/gmem_in_place_conversion`],
  // The number for the attributes of the file moved with each version, and others have it elsewhere: a scenario looks for it.
  extensions: [
    { what: 'guest_memfd', number: kvmCapabilities.guestMemfd },
    { what: 'no attributes of the VM', number: kvmCapabilities.memoryAttributes, value: 0 },
    { what: 'the flags of a file', number: kvmCapabilities.guestMemfdFlags, value: Number(mmap | initShared) },
  ],
  besideVmAttributes: false,
  mayLack: [],
  expects: {
    nonzeroErrorOffset: 'OK',
    emptyRange: 'EINVAL',
    reservedWords: 'EINVAL',
    unmappableFile: 'OK',
    foreignHostAddress: 'OK',
    overlappingSlot: ['EEXIST'],
    plainVmConverts: false,
    plainVmUnmappableFile: 'OK',
    plainVmReachesPrivatePages: true,
    countsSmallPages: false,
    keepsMappingsInMixedRange: false,
    // The posted series refuses; a kernel may as well convert what no side can access, if it always does.
    failedPageToPrivate: ['OK', 'EAGAIN'],
    // Mainline takes the page away, and tells the caller that it could not remove it from its file.
    memoryFailure: 'EBUSY',
    mappingsGrow: true,
    offsetWithoutMemory: 'the start',
  },
}

// Dialect `convert-ioctl`: KVM_GMEM_CONVERT_SHARED and KVM_GMEM_CONVERT_PRIVATE on the file, as in RFC v2.
import { kvmCapabilities } from '../constants.ts'
import type { DialectSpec } from '../dialect-spec.ts'
import { tryConversion } from '../try-conversion.ts'

/** The flags of KVM_CREATE_GUEST_MEMFD; files of huge pages are known in this dialect alone. */
export const gmemFlags = {
  supportShared: 1n << 0n,
  initPrivate: 1n << 1n,
  hugetlb: 1n << 2n,
  /** With `hugetlb`: the page size as a power of two. */
  huge2M: 21n << 58n,
  huge1G: 30n << 58n,
} as const

const { supportShared, initPrivate, hugetlb, huge2M, huge1G } = gmemFlags
const sizeFlags = { '2M': huge2M, '1G': huge1G } as const

export const convertIoctl: DialectSpec = {
  inPlace: true,
  creation: { mappable: supportShared, valid: [0n, supportShared, supportShared | initPrivate] },
  creationFlags: ({ initially, hugePages }) =>
    supportShared |
    (initially === 'private' ? initPrivate : 0n) |
    (hugePages === undefined ? 0n : hugetlb | sizeFlags[hugePages]),
  ioctl: {
    names: { shared: 'KVM_GMEM_CONVERT_SHARED', private: 'KVM_GMEM_CONVERT_PRIVATE' },
    requests: { shared: 0xc040_af41n, private: 0xc040_af42n },
    fields: ['offset', 'size', 'errorOffset'],
    reservedWords: 5,
    isOfVm: false,
  },
  conversion: ({ gmem }) => ({ target: gmem, base: 0 }),
  tryOn: (kernel) => tryConversion(kernel, convertIoctl),
  parameters: [],
  switches: [],
  // The numbers for shared memory, conversion and huge pages moved with each base of the series.
  extensions: [{ what: 'guest_memfd', number: kvmCapabilities.guestMemfd }],
  hugePagesExtension: kvmCapabilities.gmemHugetlb,
  besideVmAttributes: true,
  mayLack: [],
  expects: {
    nonzeroErrorOffset: 'EINVAL',
    emptyRange: 'OK',
    reservedWords: 'OK',
    unmappableFile: 'ENOTTY',
    foreignHostAddress: 'EINVAL',
    overlappingSlot: ['EINVAL'],
    plainVmConverts: true,
    plainVmUnmappableFile: 'EINVAL',
    plainVmReachesPrivatePages: false,
    countsSmallPages: true,
    keepsMappingsInMixedRange: true,
    failedPageToPrivate: ['OK'],
    memoryFailure: 'OK',
    mappingsGrow: false,
    offsetWithoutMemory: 'in the range',
  },
}

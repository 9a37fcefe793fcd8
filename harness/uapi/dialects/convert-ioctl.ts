// Dialect `convert-ioctl`: KVM_GMEM_CONVERT_SHARED and KVM_GMEM_CONVERT_PRIVATE on the file.
import { gmemFlags, kvmCapabilities } from '../constants.ts'
import type { DialectSpec } from '../dialect-spec.ts'

const sizeFlags = { '2M': gmemFlags.huge2M, '1G': gmemFlags.huge1G } as const

export const convertIoctl: DialectSpec = {
  inPlace: true,
  creationFlags: ({ initially, hugePages }) =>
    gmemFlags.supportShared |
    (initially === 'private' ? gmemFlags.initPrivate : 0n) |
    (hugePages === undefined ? 0n : gmemFlags.hugetlb | sizeFlags[hugePages]),
  conversion: ({ gmem }) => ({ target: gmem, base: 0 }),
  isSpokenBy: (kernel) => kernel.takesConversion(gmemFlags.supportShared),
  hugePagesExtension: kvmCapabilities.gmemHugetlb,
  mayLack: [],
}

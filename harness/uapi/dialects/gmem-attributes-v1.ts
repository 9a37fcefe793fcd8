// Dialect `gmem-attributes-v1`: KVM_SET_MEMORY_ATTRIBUTES2 with the number and the structure of versions 1 and 2, which the VM takes as well.
import type { DialectSpec } from '../dialect-spec.ts'
import { tryConversion } from '../try-conversion.ts'
import { gmemAttributes } from './gmem-attributes.ts'

const request = 0xc040_aed6n

export const gmemAttributesV1: DialectSpec = {
  ...gmemAttributes,
  ioctl: { ...gmemAttributes.ioctl, requests: { shared: request, private: request }, reservedWords: 3, isOfVm: true },
  tryOn: (kernel) => tryConversion(kernel, gmemAttributesV1),
}

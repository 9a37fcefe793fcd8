// The trial that all dialects in place share: the conversion of one page of a new file.
import type { ConversionIoctl, KernelTrial, TrialResult } from './dialect-spec.ts'

/** Formats a number as the kernel's headers do. */
function hex(number: bigint): string {
  return `0x${number.toString(16)}`
}

/** Tries to convert a page to shared in a file with these flags: only an ioctl that does not exist ends in ENOTTY. */
export async function tryConversion(kernel: KernelTrial, ioctl: ConversionIoctl, flags: bigint): Promise<TrialResult> {
  const { call, errno } = await kernel.convertsPage(flags)
  const creation = `KVM_CREATE_GUEST_MEMFD with flags ${hex(flags)}`
  const conversion = `${ioctl.names.shared} (${hex(ioctl.requests.shared)})`
  if (call === 'creation') return { isSpoken: false, tried: `${creation} gave ${errno}` }
  return { isSpoken: errno !== 'ENOTTY', tried: `${conversion} on a file with flags ${hex(flags)} gave ${errno}` }
}

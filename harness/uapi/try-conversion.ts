// The trials that all dialects in place share: the conversion of one page of a new file, and a file of huge pages.
import type { DialectSpec, KernelTrial, TrialResult } from './dialect-spec.ts'

/** The ends of an ioctl that a kernel does not have, or that a switch has turned off. */
const refusals: ReadonlySet<string> = new Set(['ENOTTY', 'EOPNOTSUPP', 'EPERM', 'ENOSYS'])

const directions = [
  { initially: 'private', to: 'shared' },
  { initially: 'shared', to: 'private' },
] as const

/** Formats a number as the kernel's headers do. */
function hex(number: bigint): string {
  return `0x${number.toString(16)}`
}

function creationWith(flags: bigint): string {
  return `KVM_CREATE_GUEST_MEMFD with flags ${hex(flags)}`
}

/**
 * Converts a page of a new file from each state to the other one. A kernel speaks the dialect if it makes both files and
 * refuses neither ioctl: any other errno comes from an ioctl that exists, and scenarios judge it.
 */
export async function tryConversion(
  kernel: KernelTrial,
  { creationFlags, ioctl }: Pick<DialectSpec, 'creationFlags' | 'ioctl'>,
): Promise<TrialResult> {
  const done: string[] = []
  for (const { initially, to } of directions) {
    const flags = creationFlags({ initially })
    const { call, errno } = await kernel.convertsPage(flags, to)
    if (call === 'creation') return { isSpoken: false, tried: `${creationWith(flags)} gave ${errno}` }
    const tried = `${ioctl.names[to]} (${hex(ioctl.requests[to])}) on a file with flags ${hex(flags)} gave ${errno}`
    if (refusals.has(errno)) return { isSpoken: false, tried }
    done.push(tried)
  }
  return { isSpoken: true, tried: done.join(', ') }
}

/**
 * Makes a file of huge pages in a dialect that has them. Only EINVAL and its like mean that the kernel has none: without
 * free pages, the end is ENOMEM. The number of the capability moved between trees, so it is told and decides nothing.
 */
export async function tryHugePages(
  kernel: KernelTrial,
  { creationFlags, hugePagesExtension }: Required<Pick<DialectSpec, 'creationFlags' | 'hugePagesExtension'>>,
): Promise<TrialResult> {
  const flags = creationFlags({ initially: 'shared', hugePages: '2M' })
  const errno = await kernel.createsHugePage(flags)
  const reported = `KVM_CHECK_EXTENSION of ${hugePagesExtension} gave ${await kernel.extension(hugePagesExtension)}`
  const isSpoken = errno !== 'EINVAL' && !refusals.has(errno)
  return { isSpoken, tried: `${creationWith(flags)} gave ${errno}, ${reported}` }
}

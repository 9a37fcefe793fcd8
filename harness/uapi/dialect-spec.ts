// The shape of the record that describes one dialect; types alone.
import type { HugePageSize } from '../base/huge-page-sizes.ts'
import type { PageState } from './constants.ts'

/** The pages of a file that is about to be made. */
interface FilePages {
  /** The state in which all pages begin. */
  readonly initially: PageState
  /** Missing: 4K pages. */
  readonly hugePages?: HugePageSize
}

/** Where a file is; `Gmem` and `Vm` stand for the handles of the caller. */
export interface FilePlace<Gmem, Vm> {
  readonly gmem: Gmem
  readonly vm: Vm
  /** The guest physical address of offset 0 of the file. */
  readonly gpa: number
}

/** The questions to a kernel by which a dialect finds out whether the kernel speaks it. */
export interface KernelTrial {
  /** Asks KVM_CHECK_EXTENSION on /dev/kvm; 0 when the kernel does not know the number. */
  extension(number: number): Promise<number>
  /** Converts a page of a file with these flags to shared; false when there is no such file or no such ioctl. */
  takesConversion(flags: bigint): Promise<boolean>
}

/** One dialect: a uAPI by which a kernel converts guest memory. */
export interface DialectSpec {
  /** Whether one memory holds both states of a page, and the host maps the file itself. */
  readonly inPlace: boolean
  /** The flags of KVM_CREATE_GUEST_MEMFD for a file of such pages. */
  readonly creationFlags: (pages: FilePages) => bigint
  /** What a conversion is called on, and what the offset 0 of the file is there. */
  readonly conversion: <Gmem, Vm>(
    place: FilePlace<Gmem, Vm>,
  ) => {
    readonly target: Gmem | Vm
    readonly base: number
  }
  /** Finds out whether a kernel speaks it. Numbers of extensions differ between trees, so an ioctl is tried. */
  isSpokenBy(kernel: KernelTrial): Promise<boolean>
  /** The number for KVM_CHECK_EXTENSION that reports files of huge pages; missing: the dialect has none. */
  readonly hugePagesExtension?: number
  /** Counters of leaks (harness/oracle) that a kernel of this dialect may lack. */
  readonly mayLack: readonly string[]
}

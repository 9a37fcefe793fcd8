// The shape of the record that describes one dialect; types alone.
import type { HugePageSize } from '../base/huge-page-sizes.ts'
import type { PageState } from './constants.ts'
import type { Expectations } from './expectations.ts'

/** The pages of a file that is about to be made. */
export interface FilePages {
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
  /** Makes a file with these flags, converts a page of it to a state, and returns the last call with its errno, or OK. */
  convertsPage(
    flags: bigint,
    to: PageState,
  ): Promise<{ readonly call: 'creation' | 'conversion'; readonly errno: string }>
  /** Makes a file of one huge page of 2M with these flags, and returns the errno. */
  createsHugePage(flags: bigint): Promise<string>
}

/** The answer of a kernel to a dialect, or to files of huge pages in it. */
export interface TrialResult {
  readonly isSpoken: boolean
  /** The calls that were tried and their ends, for messages. */
  readonly tried: string
}

/** The fields of the argument of a conversion, words of 64 bits. */
export type ArgumentField = 'offset' | 'size' | 'attributes' | 'flags' | 'errorOffset'

/** The ioctl that converts. */
interface ConversionIoctl {
  readonly names: Readonly<Record<PageState, string>>
  readonly requests: Readonly<Record<PageState, bigint>>
  /** The fields of its argument in their order; reserved words follow. */
  readonly fields: readonly ArgumentField[]
  readonly reservedWords: number
  /** Whether the VM takes it, alone or like the file. */
  readonly isOfVm: boolean
}

/** The flags of KVM_CREATE_GUEST_MEMFD for files of 4K pages. */
export interface CreationFlags {
  /** The file can be mapped; undefined: no file can. */
  readonly mappable: bigint | undefined
  /** Each valid combination. */
  readonly valid: readonly bigint[]
}

/** A part of the interface that KVM_CHECK_EXTENSION reports. */
export interface Extension {
  readonly what: string
  readonly number: number
  /** The answer; undefined: any but 0. */
  readonly value?: number
}

/** One dialect: a uAPI by which a kernel converts guest memory. */
export interface DialectSpec {
  /** Whether one memory holds both states of a page, and the host maps the file itself. */
  readonly inPlace: boolean
  readonly creation: CreationFlags
  /** The flags of KVM_CREATE_GUEST_MEMFD for a file of such pages. */
  readonly creationFlags: (pages: FilePages) => bigint
  readonly ioctl: ConversionIoctl
  /** What a conversion is called on, and what the offset 0 of the file is there. */
  readonly conversion: <Gmem, Vm>(
    place: FilePlace<Gmem, Vm>,
  ) => {
    readonly target: Gmem | Vm
    readonly base: number
  }
  /** Finds out whether a kernel speaks it. Numbers of extensions differ between trees, so an ioctl is tried. */
  readonly tryOn: (kernel: KernelTrial) => Promise<TrialResult>
  /** Words for the command line of the kernel that switch the dialect on. A kernel ignores those that it does not know. */
  readonly parameters: readonly string[]
  /** Files of the kernel that show whether it is switched off. */
  readonly switches: readonly string[]
  /** What KVM_CHECK_EXTENSION answers, on /dev/kvm and on a VM with private memory, where the numbers are certain. */
  readonly extensions: readonly Extension[]
  /** The number for KVM_CHECK_EXTENSION that reports files of huge pages; missing: the dialect has none. */
  readonly hugePagesExtension?: number
  /** Whether KVM_SET_MEMORY_ATTRIBUTES of the VM exists as well. */
  readonly besideVmAttributes: boolean
  /** Counters of leaks (harness/oracle) that a kernel of this dialect may lack. */
  readonly mayLack: readonly string[]
  readonly expects: Expectations
}

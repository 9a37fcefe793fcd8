// The interface of the kernel under test as scenarios use it: flags, requests and expectations of its dialect.
import { dialectSpecs, type Dialect } from '../uapi/dialect.ts'
import type { ArgumentField, CreationFlags, Extension, FilePages } from '../uapi/dialect-spec.ts'
import type { Expectations } from '../uapi/expectations.ts'
import { attributes, type PageState } from '../uapi/constants.ts'
import { words } from './pack.ts'

type Word = number | bigint

const blocksOfPage = 8

/** The fields of a raw argument; `attributes` are those of the state if not given, and other fields are 0. */
export type RawArgument = Readonly<Partial<Record<ArgumentField, Word>>> & {
  /** The reserved words from the first one on; the others are 0. */
  readonly reserved?: readonly Word[]
}

/** What dialects do differently. */
export interface KernelInterface {
  /** The values that rules have in this dialect. */
  readonly expects: Expectations
  /** The flags of KVM_CREATE_GUEST_MEMFD for 4K pages. */
  readonly creation: CreationFlags
  /** Returns the flags for a file of such pages, which can be mapped where the dialect has that. */
  readonly flagsFor: (pages: FilePages) => bigint
  /** The numbers of the ioctls that convert to a state; the same number where an argument tells the state. */
  readonly requests: Readonly<Record<PageState, bigint>>
  /** The number of reserved words in the argument. */
  readonly reservedWords: number
  /** Whether the VM takes these ioctls, alone or like the file. */
  readonly isOfVm: boolean
  /** What KVM_CHECK_EXTENSION must answer. */
  readonly extensions: readonly Extension[]
  /** The number by which KVM_CHECK_EXTENSION reports files of huge pages, where the dialect has them. */
  readonly hugePagesExtension: number | undefined
  /** Returns st_blocks of a file with so many allocated 4K pages. */
  readonly blocksOf: (smallPages: number) => number
  /** Encodes the argument of a conversion to a state, for `ioctlRaw`. */
  readonly argument: (to: PageState, values: RawArgument) => Buffer
}

/** Returns the interface of the kernels of a dialect. */
export function interfaceOf(dialect: Dialect): KernelInterface {
  const { creation, creationFlags, expects, extensions, hugePagesExtension, ioctl } = dialectSpecs[dialect]
  return {
    expects,
    creation,
    flagsFor: creationFlags,
    requests: ioctl.requests,
    reservedWords: ioctl.reservedWords,
    isOfVm: ioctl.isOfVm,
    extensions,
    hugePagesExtension,
    blocksOf: (smallPages) => (expects.countsSmallPages ? smallPages * blocksOfPage : 0),
    argument(to, { reserved = [], ...values }) {
      const given = { attributes: attributes[to], ...values }
      const rest = Array.from({ length: ioctl.reservedWords }, (_, index) => reserved[index] ?? 0)
      return words(...ioctl.fields.map((field) => given[field] ?? 0), ...rest)
    },
  }
}

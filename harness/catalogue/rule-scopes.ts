// For which dialects a rule holds: as it is written, with another value, or not at all.
import { dialectSpecs, type RuleDialect } from '../uapi/dialect.ts'
import type { RuleId } from './rules.ts'

/** A rule in a dialect. */
export type RuleScope =
  | { readonly kind: 'holds' }
  /** The rule has another value there, which harness/uapi/dialects/ has for scenarios. */
  | { readonly kind: 'differs'; readonly value: string }
  | { readonly kind: 'absent'; readonly reason: string }

type Told = Readonly<Partial<Record<RuleId, string>>>

/** Rules that have another value in a dialect, each with that value. */
const values: Readonly<Record<RuleDialect, Told>> = {
  'convert-ioctl': {},
  'gmem-attributes': {
    'S-A1': 'private without INIT_SHARED, shared with it',
    'S-A2': 'MMAP and INIT_SHARED are valid together and alone; files of VMs without private memory are not converted',
    'S-A3': 'the flag is MMAP',
    'S-A5': 'the host address is not looked at; an overlap is EEXIST; a VM without private memory takes any file',
    'S-A7': 'in a mixed range only the data stay',
    'S-A18': 'the guest of a VM without private memory reaches private pages as well',
    'S-A34': 'st_blocks is 0 at 4K',
    'S-A41': 'the kernel keeps a page of 4K that it takes away in the file, and says so (EBUSY)',
    'S-A13': 'error_offset is the start of the range (S-B3)',
    'K-mremap': 'a mapping grows and can be duplicated; what is behind the end of the file is SIGBUS (S-B11)',
    'K-failures': 'a failed page may refuse to become private (EAGAIN), until a hole frees it',
    '2.2-error-offset': 'it is ignored',
    '2.2-zero-size': 'EINVAL',
    '2.2-reserved': 'they must be 0, otherwise EINVAL',
    'O-8': 'a file that cannot be mapped is converted as well',
  },
  'vm-attributes': {
    'S-A7': 'in a mixed range only the data stay',
    'S-A2': 'no flags',
    'S-A5': 'the host address is not looked at; an overlap is EINVAL or EEXIST',
  },
}

const hugePages = 'no files of huge pages'
const told = (id: string): string => `${id} tells it`

/** Rules that do not exist in a dialect, each with the reason. */
const absences: Readonly<Record<RuleDialect, Told>> = {
  'convert-ioctl': {
    '2.2-attributes': 'no attributes',
    'S-B1': told('S-A1'),
    'S-B2': told('S-A7'),
    'S-B3': told('S-A13'),
    'S-B4': told('S-A9'),
    'S-B5': told('S-A12'),
    'S-B6': told('S-A10'),
    'S-B7': told('S-A19'),
    'S-B8': told('S-A7'),
    'S-B9': told('S-A15'),
    'S-B11': told('S-A3'),
    'S-B13': told('S-A20'),
    'K-policy': told('S-A40'),
  },
  'gmem-attributes': {
    'S-A15': told('S-B9'),
    'S-A17': hugePages,
    'S-A22': hugePages,
    'S-A23': hugePages,
    'S-A24': hugePages,
    'S-A25': hugePages,
    'S-A26': hugePages,
    'S-A27': hugePages,
    'S-A31': hugePages,
    'S-A36': hugePages,
    'S-A37': hugePages,
    'K-groups': hugePages,
    'V-1': told('S-B9'),
    'V-2': told('S-B9'),
  },
  'vm-attributes': {},
}

const notInPlace = 'states are attributes of the VM, and each state has a memory of its own'
/** The rules of a dialect that converts nothing in place: all others are absent there. */
const rulesOfVmAttributes: ReadonlySet<RuleId> = new Set<RuleId>([
  'S-A1',
  'S-A2',
  'S-A3',
  'S-A4',
  'S-A5',
  'S-A7',
  'S-A8',
  'S-A11',
  'S-A16',
  'S-A18',
  'S-A19',
  'S-A20',
  'S-A28',
  'S-A29',
  'S-A30',
  'S-A35',
  'V-1',
  'V-2',
])

/** Returns what a rule says in a dialect. */
export function scopeOf(id: RuleId, dialect: RuleDialect): RuleScope {
  const isControl = !dialectSpecs[dialect].inPlace && !rulesOfVmAttributes.has(id)
  const reason = isControl ? notInPlace : absences[dialect][id]
  if (reason !== undefined) return { kind: 'absent', reason }
  const value = values[dialect][id]
  return value === undefined ? { kind: 'holds' } : { kind: 'differs', value }
}

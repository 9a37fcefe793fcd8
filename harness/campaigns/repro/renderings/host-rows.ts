// Memory as the host sees it, in C (guest-images/reproducer/host.c, pins.c).
import { words } from '../../../agent/vocabulary.ts'
import { hex, literal, type Names } from '../names.ts'
import type { Step } from '../recorded-program.ts'
import type { Rows } from './rendering.ts'

type Filling = Step<'hostFill' | 'hostVerify'>
type Range = Step<'hostFill' | 'hostVerify' | 'hostRead' | 'hostScan' | 'pin' | 'copyScan' | 'copyFill'>

const pageShift = 12n
const pins = { vmsplice: 'pin_by_pipe', 'gup-test': 'pin_by_gup_test', socket: 'pin_by_socket' } as const
const locks = { lock: 'lock_pages', 'lock-on-fault': 'lock_on_fault', unlock: 'unlock_pages' } as const

function startOf({ request }: Range, names: Names): string {
  return names.address(request.mapping, request.offset)
}

function filling(step: Filling, names: Names): string {
  const { size, pattern, value } = step.request
  return `${startOf(step, names)}, ${hex(size)}, ${pattern}, ${hex(value)}`
}

const ways = {
  'process-vm': 'BY_PROCESS_VM',
  'proc-mem': 'BY_PROC_MEM',
  file: 'BY_FILE',
  pipe: 'BY_PIPE',
  splice: 'BY_VMSPLICE',
} as const

function copying(step: Step<'copyScan' | 'copyFill'>, names: Names): string {
  const { way, pid, size } = step.request
  const by = ways[words.way[Number(way)] ?? 'process-vm']
  return `${by}, ${names.pid(pid)}, ${startOf(step, names)}, ${size >> pageShift}`
}

/** What the kernel told with the signal that ended an access. */
const hit = {
  signalCode: 'last_fault.si_code',
  faultOffset: ({ request }: { readonly request: { readonly mapping: bigint } }, names: Names): string =>
    `fault_offset(${names.of(request.mapping).name})`,
  addressBits: 'fault_bits()',
} as const

/** The bytes before a fault; without one, the end of the operation says that all were handled. */
const faulted = {
  ...hit,
  bytes: (step: Range, names: Names): string => `fault_offset(${startOf(step, names)})`,
} as const

/** The rows of operations on mappings. */
export const hostRows: Rows<
  | 'mmap'
  | 'munmap'
  | 'hostRead'
  | 'hostWrite'
  | 'hostFill'
  | 'hostVerify'
  | 'hostScan'
  | 'madvise'
  | 'mprotect'
  | 'mlock'
  | 'mremap'
  | 'mbind'
  | 'memoryPolicy'
  | 'copyScan'
  | 'copyFill'
  | 'pin'
  | 'pagemap'
  | 'frameRuns'
  | 'frameFlags'
> = {
  mmap: {
    makes: true,
    call: ({ request: { file, offset, length, protection, flags, address }, end }, names) => {
      const place = address === 0n ? 'NULL' : `(void *)${hex(address)}`
      const from = `${names.descriptor(file)}, ${hex(offset)}, ${hex(length)}, ${protection}, ${hex(flags)}`
      const made = end === undefined || end.errno !== 0 ? '&no_mapping' : `&${names.make(end.answer.mapping, length)}`
      return `map_file(${place}, ${from}, ${made})`
    },
  },
  munmap: {
    call: ({ request: { mapping, offset, length } }, names) => {
      const { size } = names.of(mapping)
      return `unmap(${names.address(mapping, offset)}, ${hex(length === 0n ? size : length)})`
    },
  },
  hostRead: {
    call: (step, names) => `host_read(${startOf(step, names)}, ${hex(step.request.size)})`,
    facts: faulted,
  },
  hostWrite: {
    call: ({ request, bytes }, names) =>
      `host_write(${names.address(request.mapping, request.offset)}, ${literal(bytes)}, ${bytes.length})`,
    facts: hit,
  },
  hostFill: { call: (step, names) => `host_fill(${filling(step, names)})`, facts: faulted },
  hostVerify: {
    call: (step, names) => `host_verify(${filling(step, names)})`,
    facts: { ...faulted, mismatches: 'host_mismatches' },
  },
  hostScan: {
    call: (step, names) => `host_scan(${startOf(step, names)}, ${step.request.size >> pageShift}, ${names.looks})`,
  },
  madvise: {
    call: ({ request: { mapping, offset, length, advice } }, names) =>
      `advise_pages(${names.address(mapping, offset)}, ${hex(length)}, ${advice})`,
    facts: { signal: 'last_fault.si_signo', ...hit },
  },
  mprotect: {
    call: ({ request: { mapping, offset, length, protection } }, names) =>
      `protect_pages(${names.address(mapping, offset)}, ${hex(length)}, ${protection})`,
  },
  mlock: {
    call: ({ request: { mapping, offset, length, how } }, names) =>
      `${locks[words.lock[Number(how)] ?? 'lock']}(${names.address(mapping, offset)}, ${hex(length)})`,
  },
  pin: {
    makes: true,
    call: (step, names) => {
      const { request, end } = step
      const made = end === undefined || end.errno !== 0 ? 'no_pin' : names.make(end.answer.pin)
      const method = pins[words.pin[Number(request.method)] ?? 'vmsplice']
      return `${method}(${startOf(step, names)}, ${hex(request.size)}, &${made})`
    },
  },
  mremap: {
    call: ({ request }, names) => {
      const { mapping, offset, oldSize, newSize, flags, place, placeOffset } = request
      const to = place === 0n ? 'NULL' : names.address(place, placeOffset)
      return `move_mapping(${names.address(mapping, offset)}, ${hex(oldSize)}, ${hex(newSize)}, ${flags}, ${to})`
    },
  },
  mbind: {
    call: ({ request: { mapping, offset, length, mode, nodes } }, names) =>
      `bind_memory(${names.address(mapping, offset)}, ${hex(length)}, ${mode}, ${hex(nodes)})`,
  },
  memoryPolicy: 'left out',
  copyScan: { call: (step, names) => `copy_scan(${copying(step, names)}, ${names.looks})` },
  copyFill: {
    call: (step, names) => `copy_fill(${copying(step, names)}, ${hex(step.request.value)})`,
    facts: { bytes: 'copied' },
  },
  pagemap: 'left out',
  frameRuns: 'left out',
  frameFlags: 'left out',
}

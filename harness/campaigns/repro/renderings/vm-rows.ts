// VMs, guest_memfd and conversions, in C (guest-images/reproducer/kvm.c, convert.c).
import { dialects, type Dialect } from '../../../uapi/dialect.ts'
import { pageStates } from '../../../uapi/constants.ts'
import { words } from '../../../agent/vocabulary.ts'
import { hex, literal, type Names } from '../names.ts'
import type { Step } from '../recorded-program.ts'
import type { NumberCheck, Rows } from './rendering.ts'

/** The function that converts in each dialect. */
const converters = {
  'convert-ioctl': 'gmem_convert',
  'gmem-attributes': 'set_gmem_attributes',
  'gmem-attributes-v1': 'set_gmem_attributes_v1',
  'vm-attributes': 'set_vm_attributes',
} as const satisfies Record<Dialect, string>

/** Returns the function of a conversion, its file or VM, and the wanted state. */
export function conversionOf(
  request: Step<'convert' | 'convertMany' | 'actorAdd'>['request'],
  names: Names,
): [convert: string, target: string, to: string] {
  const dialect = dialects[Number(request.dialect)] ?? 'convert-ioctl'
  const to = pageStates[Number(request.to)] === 'private' ? 'TO_PRIVATE' : 'TO_SHARED'
  return [converters[dialect], names.of(request.target).name, to]
}

/** The arguments of an ioctl: bytes that it may change, or a plain number. */
function argumentOf({ request, bytes }: Step<'ioctlRaw'>): string {
  if (words.argument[Number(request.argument)] === 'value') return `(void *)${hex(request.value)}`
  return bytes.length === 0 ? 'NULL' : `(char[]){ ${literal(bytes)} }`
}

/** A program of fuzz remembers a statistic before an operation, and then wants to know by how much it has fallen. */
function statisticChecks(
  wanted: unknown,
  { bytes }: Step<'kvmStats'>,
  { remembered }: Names,
): readonly NumberCheck[] | undefined {
  const name = bytes.toString()
  if (wanted === true) {
    remembered.add(name)
    return [['remember_statistic()', 1n]]
  }
  if (typeof wanted !== 'number') return undefined
  return [[remembered.delete(name) ? 'statistic_before - statistic' : 'statistic', BigInt(wanted)]]
}

/** The rows of operations on VMs and files of guest_memfd. */
export const vmRows: Rows<
  | 'checkExtension'
  | 'vmCreate'
  | 'gmemCreate'
  | 'dup'
  | 'memslotSet'
  | 'convert'
  | 'convertMany'
  | 'ioctlRaw'
  | 'kvmStats'
> = {
  checkExtension: {
    isQuiet: true,
    call: ({ request: { vm, capability } }, names) =>
      `check_extension(${vm === 0n ? 'kvm_fd' : names.of(vm).name}, ${capability})`,
    facts: { value: '(unsigned int)extension_value' },
  },
  vmCreate: {
    makes: true,
    call: ({ request, end }, names) => `create_vm(${request.type}, &${madeBy(end?.answer.vm, names)})`,
  },
  gmemCreate: {
    makes: true,
    call: ({ request: { vm, size, flags }, end }, names) =>
      `create_gmem(${names.of(vm).name}, ${hex(size)}, ${hex(flags)}, &${madeBy(end?.answer.gmem, names)})`,
  },
  dup: {
    makes: true,
    call: ({ request, end }, names) =>
      `duplicate(${names.of(request.handle).name}, &${madeBy(end?.answer.handle, names)})`,
  },
  memslotSet: {
    call: ({ request }, names) => {
      const { vm, slot, flags, gpa, size, mapping, mappingOffset, gmem, gmemOffset } = request
      const guest = `${names.of(vm).name}, ${slot}, ${flags}, ${hex(gpa)}, ${hex(size)}`
      const host = names.address(mapping, mappingOffset)
      return `set_memslot(${guest}, ${host}, ${names.descriptor(gmem)}, ${hex(gmemOffset)})`
    },
  },
  convert: {
    before: ({ request: { errorOffset } }) =>
      errorOffset === 0n ? undefined : `given_error_offset = ${hex(errorOffset)};`,
    call: (step, names) => {
      const [convert, target, to] = conversionOf(step.request, names)
      return `${convert}(${target}, ${to}, ${hex(step.request.offset)}, ${hex(step.request.size)})`
    },
    facts: { errorOffset: 'error_offset' },
  },
  convertMany: {
    call: (step, names) => {
      const [convert, target, to] = conversionOf(step.request, names)
      const { offset, size, unit, stride, order } = step.request
      const pieces = (size - unit) / stride + 1n
      const reversed = words.order[Number(order)] === 'reverse'
      const start = reversed ? offset + (pieces - 1n) * stride : offset
      const distance = `${reversed ? '-' : ''}${hex(stride)}`
      return `convert_each(${convert}, ${target}, ${to}, ${hex(start)}, ${hex(unit)}, ${distance}, ${pieces})`
    },
    facts: { done: 'converted', errorOffset: 'error_offset', failedOffset: 'failed_offset' },
  },
  ioctlRaw: {
    call: (step, names) =>
      `raw_ioctl(${names.descriptor(step.request.handle)}, ${hex(step.request.request)}, ${argumentOf(step)})`,
  },
  kvmStats: {
    isQuiet: true,
    call: ({ request, bytes }, names) =>
      `read_statistic(${names.descriptor(request.handle)}, ${literal(bytes)}, &statistic)`,
    tail: statisticChecks,
  },
}

/** The variable for an object that is made; without one, the kernel was expected to refuse. */
function madeBy(handle: bigint | undefined, names: Names): string {
  return handle === undefined || handle === 0n ? 'no_file' : names.make(handle)
}

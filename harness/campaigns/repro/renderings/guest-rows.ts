// Memory as the guest sees it, in C (guest-images/reproducer/guest.c).
import { hex, literal, type Names } from '../names.ts'
import type { Step } from '../recorded-program.ts'
import type { Rows } from './rendering.ts'

type Filling = Step<'guestFill' | 'guestVerify'>
type Access = Step<'guestRead' | 'guestWrite' | 'guestFill' | 'guestVerify' | 'guestScan' | 'preFault'>

const pageShift = 12n

function placeOf({ request }: Access, names: Names): string {
  return `&${names.of(request.vcpu).name}, ${hex(request.gpa)}`
}

function filling(step: Filling, names: Names): string {
  const { size, pattern, value } = step.request
  return `${placeOf(step, names)}, ${hex(size)}, ${pattern}, ${hex(value)}`
}

function fact(field: string) {
  return ({ request }: Access, names: Names): string => `${names.of(request.vcpu).name}.${field}`
}

const exit = {
  exitReason: fact('exit_reason'),
  faultGpa: fact('fault_gpa'),
  faultSize: fact('fault_size'),
  faultFlags: fact('fault_flags'),
} as const

/** The rows of operations of a vCPU. */
export const guestRows: Rows<
  'vcpuCreate' | 'guestRead' | 'guestWrite' | 'guestFill' | 'guestVerify' | 'guestScan' | 'preFault'
> = {
  vcpuCreate: {
    makes: true,
    call: ({ request: { vm, id }, end }, names) => {
      const made = end === undefined || end.errno !== 0 ? 'no_vcpu' : names.make(end.answer.vcpu)
      return `create_vcpu(${names.of(vm).name}, ${id}, &${made})`
    },
  },
  guestRead: {
    call: (step, names) => `guest_read(${placeOf(step, names)}, ${hex(step.request.size)})`,
    facts: exit,
  },
  guestWrite: {
    call: (step, names) => `guest_write(${placeOf(step, names)}, ${literal(step.bytes)}, ${step.bytes.length})`,
    facts: exit,
  },
  guestFill: { call: (step, names) => `guest_fill(${filling(step, names)})`, facts: exit },
  guestVerify: {
    call: (step, names) => `guest_verify(${filling(step, names)})`,
    facts: { ...exit, mismatches: 'guest_mismatches' },
  },
  guestScan: {
    call: (step, names) => `guest_scan(${placeOf(step, names)}, ${step.request.size >> pageShift}, ${names.looks})`,
  },
  preFault: {
    call: (step, names) => `pre_fault(${placeOf(step, names)}, ${hex(step.request.size)}, ${hex(step.request.flags)})`,
    facts: { gpa: 'pre_fault_left.gpa', size: 'pre_fault_left.size' },
  },
}

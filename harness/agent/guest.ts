// Memory as the guest (L2) sees it: every access here is made by a vCPU that really runs.
import { accessMilliseconds, encodePattern } from './access.ts'
import type { Difference, Pattern } from './access.ts'
import type { Call, Outcome } from './wire/call.ts'
import type { Vcpu } from './wire/fields.ts'
import { decodeRuns } from './pages.ts'
import type { PageRun } from './pages.ts'
import type { GuestOutcome } from './vocabulary.ts'

interface GuestAccess extends Outcome {
  /**
   * `memory-fault`: KVM_EXIT_MEMORY_FAULT (errno is then EFAULT or EHWPOISON). `run-error`: KVM_RUN failed otherwise.
   * `unexpected-exit`: the guest did something else than to access memory, see `exitReason`; a gpa without a memslot
   * is KVM_EXIT_MMIO (6), with the gpa in `faultGpa`. `timeout`: the access did not end in time.
   */
  readonly outcome: GuestOutcome
  /** The exit that was not expected; 0 for an access that was done. */
  readonly exitReason: number
  /** From KVM_EXIT_MEMORY_FAULT. */
  readonly faultGpa: bigint
  readonly faultSize: bigint
  readonly faultFlags: bigint
  /** How many bytes had been handled before it ended, from the start of the access. */
  readonly bytes: number
}

export interface GuestOperations {
  read(vcpu: Vcpu, gpa: number, size: number): Promise<GuestAccess & { readonly data: Buffer }>
  write(vcpu: Vcpu, gpa: number, data: Uint8Array): Promise<GuestAccess>
  fill(vcpu: Vcpu, gpa: number, size: number, pattern: Pattern): Promise<GuestAccess>
  /** Compares in the guest; a difference is not an error. */
  verify(vcpu: Vcpu, gpa: number, size: number, pattern: Pattern): Promise<GuestAccess & Difference>
  /** What each page looks like, the ones that give KVM_EXIT_MEMORY_FAULT too: one round trip for a whole file. */
  scan(vcpu: Vcpu, gpa: number, size: number): Promise<GuestAccess & { readonly runs: readonly PageRun[] }>
  /** KVM_PRE_FAULT_MEMORY; the answer has what is left to do. */
  preFault(
    vcpu: Vcpu,
    gpa: number | bigint,
    size: number | bigint,
    flags?: number | bigint,
  ): Promise<Outcome & { readonly gpa: bigint; readonly size: bigint }>
}

/** The agent gives up before the harness does, so that a guest that hangs is an outcome and not a broken protocol. */
const marginMilliseconds = 5_000

/** `timeFactor` stretches the time that the vCPU has inside the agent, as it does with the deadlines outside. */
export function guestOperations(call: Call, timeFactor: number): GuestOperations {
  const timeout = Math.round(accessMilliseconds * timeFactor)
  const slow = { milliseconds: accessMilliseconds + marginMilliseconds }
  return {
    read: async (vcpu, gpa, size) => {
      const { tail, ...reply } = await call('guestRead', { vcpu, gpa, size, timeout }, slow)
      return { ...reply, data: tail }
    },
    write: (vcpu, gpa, data) =>
      call('guestWrite', { vcpu, gpa, timeout }, { ...slow, tail: data, note: `${data.length} bytes` }),
    fill: (vcpu, gpa, size, pattern) =>
      call('guestFill', { vcpu, gpa, size, ...encodePattern(pattern), timeout }, slow),
    verify: (vcpu, gpa, size, pattern) =>
      call('guestVerify', { vcpu, gpa, size, ...encodePattern(pattern), timeout }, slow),
    scan: async (vcpu, gpa, size) => {
      const { tail, runs, ...reply } = await call('guestScan', { vcpu, gpa, size, timeout }, slow)
      return { ...reply, runs: decodeRuns(tail, runs) }
    },
    preFault: (vcpu, gpa, size, flags = 0) => call('preFault', { vcpu, gpa, size, flags }, slow),
  }
}

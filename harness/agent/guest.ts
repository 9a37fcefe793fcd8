// Memory as the guest sees it: every access here is made by a vCPU of a nested VM that really runs.
import type { Patience } from '../base/patience.ts'
import { decodeRuns, encodePattern, slow as inAgent, type PageRun, type Pattern } from './access.ts'
import { OperationGroup, type Call, type Result } from './wire/call.ts'
import type { Vcpu } from './wire/fields.ts'

/**
 * How an access ended. `memory-fault`: KVM_EXIT_MEMORY_FAULT (errno is then EFAULT or EHWPOISON). `run-error`: KVM_RUN
 * failed otherwise. `unexpected-exit`: the guest did something else than to access memory, see `exitReason`; a gpa
 * without a memslot is KVM_EXIT_MMIO (6), with the gpa in `faultGpa`. `timeout`: the access did not end in time.
 */
type GuestAccess = Result<'guestWrite'>

/** The agent gives up before the harness does: a guest that hangs is an outcome, not a broken protocol. */
const slow = { milliseconds: inAgent.milliseconds + 5_000 }

export class GuestOperations extends OperationGroup {
  readonly #timeout: number

  /** `patience` stretches the time that the vCPU has inside the agent, like the deadlines of the harness. */
  constructor(call: Call, patience: Patience) {
    super(call)
    this.#timeout = patience.for(inAgent.milliseconds)
  }

  async read(vcpu: Vcpu, gpa: number, size: number): Promise<GuestAccess & { readonly data: Buffer }> {
    const request = { vcpu, gpa, size, timeout: this.#timeout }
    const { tail, ...reply } = await this.call('guestRead', request, slow)
    return { ...reply, data: tail }
  }

  write(vcpu: Vcpu, gpa: number, data: Uint8Array): Promise<GuestAccess> {
    const options = { ...slow, tail: data, note: `${data.length} bytes` }
    return this.call('guestWrite', { vcpu, gpa, timeout: this.#timeout }, options)
  }

  fill(vcpu: Vcpu, gpa: number, size: number, pattern: Pattern): Promise<GuestAccess> {
    const request = { vcpu, gpa, size, ...encodePattern(pattern), timeout: this.#timeout }
    return this.call('guestFill', request, slow)
  }

  /** Compares in the guest; a difference is not an error. */
  verify(vcpu: Vcpu, gpa: number, size: number, pattern: Pattern): Promise<Result<'guestVerify'>> {
    const request = { vcpu, gpa, size, ...encodePattern(pattern), timeout: this.#timeout }
    return this.call('guestVerify', request, slow)
  }

  /** Looks at each page, also at those that give KVM_EXIT_MEMORY_FAULT: one round trip for a whole file. */
  async scan(vcpu: Vcpu, gpa: number, size: number): Promise<GuestAccess & { readonly runs: readonly PageRun[] }> {
    const request = { vcpu, gpa, size, timeout: this.#timeout }
    const { tail, runs, ...reply } = await this.call('guestScan', request, slow)
    return { ...reply, runs: decodeRuns(tail, runs) }
  }

  /** KVM_PRE_FAULT_MEMORY; the answer has the range that is left to do. */
  preFault(
    vcpu: Vcpu,
    gpa: number | bigint,
    size: number | bigint,
    flags: number | bigint = 0,
  ): Promise<Result<'preFault'>> {
    return this.call('preFault', { vcpu, gpa, size, flags }, slow)
  }
}

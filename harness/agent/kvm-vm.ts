// Nested VMs, their vCPUs, their memslots and their statistics.
import { memslotFlags, vmTypes } from '../uapi/constants.ts'
import { OperationGroup, type Optional, type Outcome, type Result } from './wire/call.ts'
import type { Vcpu, Vm } from './wire/fields.ts'
import type { Request } from './wire/operations.ts'

/**
 * A memslot of `size` bytes; 0 deletes it. Without `gmem` it is plain memory; with one, the flags are KVM_MEM_GUEST_MEMFD
 * unless given. The userspace address is that of `mapping` plus the offset; without a mapping, the offset itself.
 */
export interface Memslot extends Optional<Request<'memslotSet'>, 'mappingOffset' | 'gmemOffset' | 'flags'> {
  readonly slot: number
}

export class VmOperations extends OperationGroup {
  /** KVM_CREATE_VM. The default is a software-protected VM: only such a VM has private memory. */
  create({ type = vmTypes.swProtected }: { readonly type?: number } = {}): Promise<Result<'vmCreate'>> {
    return this.call('vmCreate', { type })
  }

  /** KVM_CHECK_EXTENSION, on the VM or on /dev/kvm itself. */
  checkExtension(capability: number, vm?: Vm): Promise<Result<'checkExtension'>> {
    return this.call('checkExtension', { vm, capability })
  }

  /**
   * KVM_CREATE_VCPU, ready to run the guest's part of the agent. The first one makes that part's own memslot, in
   * [3.5 GiB, 3.5 GiB + 2 MiB): keep other slots out of there. At most 16 for each VM.
   */
  createVcpu(vm: Vm, id = 0): Promise<Result<'vcpuCreate'>> {
    return this.call('vcpuCreate', { vm, id })
  }

  /** KVM_SET_USER_MEMORY_REGION2. */
  setMemslot(slot: Memslot): Promise<Outcome> {
    const flags = slot.gmem === undefined ? 0 : memslotFlags.guestMemfd
    return this.call('memslotSet', { flags, mappingOffset: 0, gmemOffset: 0, ...slot })
  }

  deleteMemslot(vm: Vm, slot: number): Promise<Outcome> {
    return this.setMemslot({ vm, slot, gpa: 0, size: 0 })
  }

  /** Binary statistics of a VM or a vCPU by name, such as `pages_4k`; ENOENT when the kernel has no such name. */
  async stats(
    handle: Vm | Vcpu,
    name: string,
  ): Promise<Outcome & { readonly value: bigint; readonly values: readonly bigint[] }> {
    const options = { tail: Buffer.from(name), note: name }
    const { tail, ...reply } = await this.call('kvmStats', { handle }, options)
    const values = Array.from({ length: reply.values }, (_, index) => tail.readBigUInt64LE(index * 8))
    return { ...reply, values, value: values[0] ?? 0n }
  }
}

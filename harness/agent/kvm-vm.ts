// Nested VMs, their vCPUs, their memslots and their statistics.
import { memslotFlags, vmTypes } from '../uapi/constants.ts'
import { OperationGroup, type Outcome, type Result } from './wire/call.ts'
import type { Gmem, Mapping, Vcpu, Vm } from './wire/fields.ts'

/** A memslot. Without `gmem` it is plain memory; without `mapping` there is no userspace address. */
export interface Memslot {
  readonly vm: Vm
  readonly slot: number
  readonly gpa: number
  /** In bytes; 0 deletes the slot. */
  readonly size: number | bigint
  /** The userspace address is this mapping's, plus the offset. With no mapping the offset itself is the address. */
  readonly mapping?: Mapping
  readonly mappingOffset?: number
  readonly gmem?: Gmem
  readonly gmemOffset?: number | bigint
  /** KVM_MEM_GUEST_MEMFD where there is a `gmem`, unless given. */
  readonly flags?: number | bigint
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

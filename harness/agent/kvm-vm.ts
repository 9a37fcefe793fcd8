// Virtual machines inside the guest (L2), their vCPUs, their memslots and their statistics.
import type { Call, Outcome } from './wire/call.ts'
import type { Gmem, Mapping, Vcpu, Vm } from './wire/fields.ts'
import { memslotFlags, vmTypes } from '../uapi/constants.ts'

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

export interface VmOperations {
  /** KVM_CREATE_VM. `type` is `vmTypes.swProtected` if not given: only such a VM has private memory. */
  create(options?: { readonly type?: number }): Promise<Outcome & { readonly vm: Vm }>
  /** KVM_CHECK_EXTENSION, on the VM or on /dev/kvm itself. */
  checkExtension(capability: number, vm?: Vm): Promise<Outcome & { readonly value: number }>
  /**
   * KVM_CREATE_VCPU, ready to run the guest's part of the agent. The first one makes that part's own memslot, in
   * [3.5 GiB, 3.5 GiB + 2 MiB): keep other slots out of there. At most 16 for each VM.
   */
  createVcpu(vm: Vm, id?: number): Promise<Outcome & { readonly vcpu: Vcpu }>
  /** KVM_SET_USER_MEMORY_REGION2. */
  setMemslot(slot: Memslot): Promise<Outcome>
  deleteMemslot(vm: Vm, slot: number): Promise<Outcome>
  /** Binary statistics of a VM or a vCPU by name, such as `pages_4k`; ENOENT when the kernel has no such name. */
  stats(
    handle: Vm | Vcpu,
    name: string,
  ): Promise<Outcome & { readonly value: bigint; readonly values: readonly bigint[] }>
}

export function vmOperations(call: Call): VmOperations {
  async function setMemslot(slot: Memslot): Promise<Outcome> {
    return call('memslotSet', {
      vm: slot.vm,
      slot: slot.slot,
      flags: slot.flags ?? (slot.gmem === undefined ? 0 : memslotFlags.guestMemfd),
      gpa: slot.gpa,
      size: slot.size,
      mapping: slot.mapping,
      mappingOffset: slot.mappingOffset ?? 0,
      gmem: slot.gmem,
      gmemOffset: slot.gmemOffset ?? 0,
    })
  }
  return {
    create: (options = {}) => call('vmCreate', { type: options.type ?? vmTypes.swProtected }),
    checkExtension: (capability, vm) => call('checkExtension', { vm, capability }),
    createVcpu: (vm, id = 0) => call('vcpuCreate', { vm, id }),
    setMemslot,
    deleteMemslot: (vm, slot) => setMemslot({ vm, slot, gpa: 0, size: 0 }),
    stats: async (handle, name) => {
      const { tail, ...reply } = await call('kvmStats', { handle }, { tail: Buffer.from(name), note: name })
      const values = Array.from({ length: reply.values }, (_, index) => tail.readBigUInt64LE(index * 8))
      return { ...reply, values, value: values[0] ?? 0n }
    },
  }
}

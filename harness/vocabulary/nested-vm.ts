// A nested VM: its vCPUs, and the allocation of its slots and guest addresses.
import type { Agent } from '../agent/client.ts'
import type { Vcpu, Vm } from '../agent/wire/fields.ts'
import { expectDone } from './check.ts'

/** The guest address of the first file. */
const firstGpa = 0x4000_0000
/** The guest addresses that the agent reserves in every nested VM: its code and page tables are at their start. */
export const agentArea = { start: 0xe000_0000, end: 0x1_0000_0000 } as const
/** The guest address of a file is a multiple of this. */
const windowSize = 0x1000_0000

/** The range of a file to bind, in bytes. */
interface SlotRequest {
  readonly size: number
  /** The guest address and the offset in the file are congruent modulo this: the size of a huge page. */
  readonly alignment: number
  /** The offset in the file. Default 0. */
  readonly offset?: number
}

export class NestedVm {
  readonly vm: Vm
  readonly #agent: Agent
  readonly #vcpus = new Map<number, Promise<Vcpu>>()
  #slots = 0
  #free = firstGpa

  private constructor(agent: Agent, vm: Vm) {
    this.#agent = agent
    this.vm = vm
  }

  /** Creates a nested VM that can have private memory. */
  static async create(agent: Agent): Promise<NestedVm> {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM with private memory')
    return new NestedVm(agent, vm)
  }

  /** Returns a vCPU, and creates it at the first call; the guest views use vCPU 0. */
  vcpu(id = 0): Promise<Vcpu> {
    const vcpu = this.#vcpus.get(id) ?? this.#createVcpu(id)
    this.#vcpus.set(id, vcpu)
    return vcpu
  }

  /** Takes the next slot, with free guest addresses for the range. */
  takeSlot({ size, alignment, offset = 0 }: SlotRequest): { readonly slot: number; readonly gpa: number } {
    const slot = this.#slots++
    const step = Math.max(windowSize, alignment)
    const room = (offset % alignment) + size
    let start = roundUp(this.#free, step)
    if (start + room > agentArea.start && start < agentArea.end) start = roundUp(agentArea.end, step)
    this.#free = start + Math.max(room, 1)
    return { slot, gpa: start + (offset % alignment) }
  }

  async #createVcpu(id: number): Promise<Vcpu> {
    return expectDone(await this.#agent.vm.createVcpu(this.vm, id), 'creating a vCPU').vcpu
  }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step
}

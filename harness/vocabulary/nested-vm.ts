// A VM inside the guest that files are bound to: its vCPU, and which slots and guest addresses are taken.
import type { Agent } from '../agent/client.ts'
import type { Vcpu, Vm } from '../agent/wire/fields.ts'
import { expectDone } from './expect.ts'

/** Where the first file is in its guest. */
const firstGpa = 0x4000_0000
/** What the agent keeps for itself in every guest: its code and page tables are at the start of it. */
export const agentArea = { start: 0xe000_0000, end: 0x1_0000_0000 } as const
/** Files begin at a multiple of this, and are at least so far from each other. */
const windowSize = 0x1000_0000

/** What is to be bound, in bytes. */
export interface SlotRequest {
  readonly size: number
  /** The guest address and the offset in the file shall differ by a multiple of this: the size of a huge page. */
  readonly alignment: number
  /** Where in the file it begins. Default 0. */
  readonly offset?: number
}

/** A memslot that is free, with guest addresses that nothing else is at. */
export interface FreeSlot {
  readonly slot: number
  readonly gpa: number
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

  /** Makes a VM that can have private memory. */
  static async create(agent: Agent): Promise<NestedVm> {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM with private memory')
    return new NestedVm(agent, vm)
  }

  /** A vCPU, made when it is first asked for; 0 is the one that the guest's views run on. */
  vcpu(id = 0): Promise<Vcpu> {
    const vcpu = this.#vcpus.get(id) ?? this.#createVcpu(id)
    this.#vcpus.set(id, vcpu)
    return vcpu
  }

  /** The next slot, with room for so many bytes at guest addresses that nothing else is at. */
  takeSlot({ size, alignment, offset = 0 }: SlotRequest): FreeSlot {
    const slot = this.#slots
    this.#slots += 1
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

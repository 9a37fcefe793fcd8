// A VM inside the guest that files are bound to: its vCPU, and which slots and guest addresses are taken.
import type { Agent } from '../agent/client.ts'
import type { Vcpu, Vm } from '../agent/fields.ts'
import { expectDone } from './outcome.ts'

/** Where the first file is in its guest. */
const firstGpa = 0x4000_0000
/** The agent keeps 3.5 GiB and what follows for itself, up to 4 GiB. */
const hole = { start: 0xe000_0000, end: 0x1_0000_0000 } as const
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

export class GuestMachine {
  readonly vm: Vm
  readonly #agent: Agent
  #vcpu: Promise<Vcpu> | undefined
  #slots = 0
  #free = firstGpa

  private constructor(agent: Agent, vm: Vm) {
    this.#agent = agent
    this.vm = vm
  }

  /** Makes a VM that can have private memory. */
  static async create(agent: Agent): Promise<GuestMachine> {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM with private memory')
    return new GuestMachine(agent, vm)
  }

  /** The vCPU, made when it is first asked for. */
  vcpu(): Promise<Vcpu> {
    return (this.#vcpu ??= this.#createVcpu())
  }

  /** The next slot, with room for so many bytes at guest addresses that nothing else is at. */
  takeSlot({ size, alignment, offset = 0 }: SlotRequest): FreeSlot {
    const slot = this.#slots
    this.#slots += 1
    const step = Math.max(windowSize, alignment)
    const room = (offset % alignment) + size
    let start = roundUp(this.#free, step)
    if (start + room > hole.start && start < hole.end) start = roundUp(hole.end, step)
    this.#free = start + Math.max(room, 1)
    return { slot, gpa: start + (offset % alignment) }
  }

  async #createVcpu(): Promise<Vcpu> {
    return expectDone(await this.#agent.vm.createVcpu(this.vm), 'creating a vCPU').vcpu
  }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step
}

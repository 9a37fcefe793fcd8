// A VM inside the guest that files are bound to: its vCPU, and which slots and guest addresses are taken.
import type { Agent } from '../agent/client.ts'
import type { Vcpu, Vm } from '../agent/fields.ts'
import { expectDone } from './outcome.ts'

/** Where the first file is in its guest. The agent keeps 3.5 GiB and what follows for itself. */
const firstGpa = 0x4000_0000
/** From one file to the next: room for 64K pages, and a multiple of every page size below 1 GiB. */
const windowSize = 0x1000_0000

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

  /** The next slot, at the next window of guest addresses. */
  takeSlot(): FreeSlot {
    const slot = this.#slots
    this.#slots += 1
    return { slot, gpa: firstGpa + slot * windowSize }
  }

  async #createVcpu(): Promise<Vcpu> {
    return expectDone(await this.#agent.vm.createVcpu(this.vm), 'creating a vCPU').vcpu
  }
}

// One more memslot for a part of a file: another place in the guest where the same pages are.
import type { Agent } from '../agent/client.ts'
import { check } from './check.ts'
import type { Memory, Slot } from './context.ts'
import { guestViewOf } from './guest-view.ts'
import { expectDone } from './outcome.ts'
import { describeRange, offsetOf, sizeOf } from './pages.ts'
import type { PageRange } from './pages.ts'

/** Binds a range of the file at a guest address; at a free one if not given. */
export async function bindSlot(
  agent: Agent,
  memory: Memory,
  range: PageRange,
  address?: number,
): Promise<Slot> {
  const { machine, gmem, mapping } = memory.handles
  const free = machine.takeSlot()
  const gpa = address ?? free.gpa
  const reply = await agent.vm.setMemslot({
    vm: machine.vm,
    slot: free.slot,
    gpa,
    size: sizeOf(range),
    gmem,
    gmemOffset: offsetOf(range),
    ...(mapping === undefined ? {} : { mapping, mappingOffset: offsetOf(range) }),
  })
  expectDone(reply, `binding ${describeRange(range)} to memslot ${free.slot}`)
  // The view counts pages from the start of the file, which may lie in front of the slot.
  const view = { vm: machine.vm, vcpu: () => machine.vcpu(), gpa: gpa - offsetOf(range) }
  const guest = guestViewOf(agent, view, memory.model)
  return {
    guest,
    async matchesModel() {
      const what = `what the guest sees in ${describeRange(range)} through memslot ${free.slot}`
      check.equal<unknown>(await guest.look(range), memory.model.guestView(range), what)
    },
    async unbind() {
      const deletion = await agent.vm.deleteMemslot(machine.vm, free.slot)
      expectDone(deletion, `deleting memslot ${free.slot}`)
    },
  }
}

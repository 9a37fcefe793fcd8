// Binds a part of a file to one more memslot, at another guest address.
import type { Agent } from '../agent/client.ts'
import { pages as bytesOf } from '../base/units.ts'
import { check, expectDone } from './check.ts'
import type { Memory, Slot, SlotPlace } from './scenario-context.ts'
import { guestViewOf } from './guest-view.ts'
import { describeRange, offsetOf, sizeOf, type PageRange } from '../model/ranges.ts'

/** Binds a range of the file at a guest address; by default at a free one that is congruent to the offset. */
export async function bindSlot(
  agent: Agent,
  memory: Memory,
  range: PageRange,
  place: SlotPlace = { skewedBy: 0 },
): Promise<Slot> {
  const { nestedVm, gmem, mapping } = memory.handles
  const skew = typeof place === 'number' ? 0 : bytesOf(place.skewedBy)
  const free = nestedVm.takeSlot({
    size: sizeOf(range) + skew,
    alignment: bytesOf(memory.model.pagesPerUnit),
    offset: offsetOf(range),
  })
  const gpa = typeof place === 'number' ? place : free.gpa + skew
  const reply = await agent.vm.setMemslot({
    vm: nestedVm.vm,
    slot: free.slot,
    gpa,
    size: sizeOf(range),
    gmem,
    gmemOffset: offsetOf(range),
    ...(mapping === undefined ? {} : { mapping, mappingOffset: offsetOf(range) }),
  })
  expectDone(reply, `binding ${describeRange(range)} to memslot ${free.slot}`)
  // The view counts pages from the start of the file, which may be below the slot.
  const view = { vm: nestedVm.vm, vcpu: () => nestedVm.vcpu(), gpa: gpa - offsetOf(range) }
  const guest = guestViewOf(agent, view, memory.model)
  return {
    guest,
    async matchesModel(part = range) {
      const what = `guest view of ${describeRange(part)} through memslot ${free.slot}`
      check.equal<unknown>(await guest.look(part), memory.model.guestView(part), what)
    },
    async preFault(part) {
      const name = `${describeRange(part)} through memslot ${free.slot}`
      const left = await agent.guest.preFault(await view.vcpu(), view.gpa + offsetOf(part), sizeOf(part))
      expectDone(left, `faulting in ${name}`)
      check.equal(left.size, 0n, `bytes left after faulting in ${name}`)
      memory.model.allocate(part)
    },
    async unbind() {
      const deletion = await agent.vm.deleteMemslot(nestedVm.vm, free.slot)
      expectDone(deletion, `deleting memslot ${free.slot}`)
    },
  }
}

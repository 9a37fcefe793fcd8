// K-ranges, S-A10, S-A11: a memslot has only parts of huge pages: ranges that touch it, the rest of its huge pages, or neither are converted and punched, and the guest goes on.
import { page, pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const slotted = pages(188, 2 * huge - 288)
const behind = slotted.first + slotted.count
const ranges = [
  { what: 'before the memslot, in its huge page', range: pages(3, 4) },
  { what: 'up to the memslot', range: pages(0, slotted.first) },
  { what: 'over its beginning', range: pages(slotted.first - 1, 2) },
  { what: 'over its end', range: pages(behind - 1, 2) },
  { what: 'behind it, in its huge page', range: pages(behind, 2 * huge - behind) },
  { what: 'behind its huge pages', range: pages(2 * huge, huge) },
  { what: 'over all of it', range: pages(1, 3 * huge - 2) },
] as const
/** Long enough for a guest; ends an access that waits for an invalidation without end. */
const stuckMilliseconds = 1000

export default scenario({
  title: 'the guest goes on after operations on the rest of the huge pages of which a memslot has a part',
  rules: ['K-ranges', 'S-A5', 'S-A10', 'S-A11', 'S-A30'],
  needs: ['in-place-conversion', 'hugetlb', 'pre-fault'],
  pools: { '2M': 3 },
  timeout: 20,
  async run({ memory, agent, signalled, check, expectDone }) {
    const file = await memory({ pages: 3 * huge, hugePages: '2M', initially: 'private' })
    const { vm, gmem, gpa, vcpu } = file.handles
    const guest = await vcpu()
    expectDone(await agent.vm.deleteMemslot(vm, 0), 'unbinding the file')
    const [offset, size] = [slotted.first * pageSize, slotted.count * pageSize]
    const slot = { vm, slot: 0, gpa: gpa + offset, size, gmem, gmemOffset: offset }
    expectDone(await agent.vm.setMemslot(slot), 'binding a part of the file')
    const fault = () => agent.guest.preFault(guest, gpa + offset, size)
    const look = async (after: string) => {
      const { reply } = await signalled({ how: 'handled', after: agent.patience.for(stuckMilliseconds) * 1e6 }, fault)
      expectDone(reply, `faulting in the memslot ${after}`)
      check.equal(reply.size, 0n, `what is left after faulting in the memslot ${after}`)
      file.model.allocate(slotted)
      await file.perform([
        { does: 'guest-look', range: slotted },
        { does: 'host-look', range: file.all },
      ])
    }
    await file.guest.fill(slotted, 0x41)
    await file.allocate(page(2 * huge))
    for (const { what, range } of ranges) {
      await file.convert('shared', range)
      await look(`after a conversion to shared ${what}`)
      await file.punchHole(range)
      await look(`after a hole ${what}`)
      await file.convert('private', range)
      await look(`after a conversion to private ${what}`)
      await file.guest.fill(slotted, 0x42)
      await file.expectAccounting()
    }
  },
})

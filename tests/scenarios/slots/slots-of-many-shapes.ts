// K-slots, S-A5, S-A10, S-A18: a slot binds exactly its pages, and its deletion frees exactly these, wherever its ends are in the tree of bindings.
import { page, pages, pageSize, scenario, type PageRange } from '../../../harness/api.ts'

/** A node of the tree of bindings has 64 entries: ranges that are not aligned to 64 and 4096 pages are several entries. */
const filePages = 64 * 64 + 64
const shapes = [
  pages(0, 1),
  pages(filePages - 1, 1),
  pages(1, 62),
  pages(63, 2),
  pages(64, 64),
  pages(60, 9),
  pages(4095, 2),
  pages(5, 4100),
]
/** The pages that are looked at: the ends of all shapes, and the borders of nodes. */
const looks = [
  pages(0, 7),
  pages(59, 7),
  pages(67, 3),
  pages(126, 3),
  pages(2047, 2),
  pages(4094, 4),
  pages(4103, 3),
  pages(4158, 2),
]

/** Long enough for a guest; ends an access that waits for an invalidation without end. */
const patience = 4e9

export default scenario({
  title: 'slots of any shape bind exactly their pages, and free exactly these when they are deleted',
  rules: ['K-slots', 'S-A5', 'S-A10', 'S-A18'],
  needs: ['in-place-conversion', 'binary-stats', 'pre-fault'],
  timeout: 20,
  async run({ memory, agent, signalled, check, expectErrno, expectDone, uapi }) {
    // The host has no mapping: unmapping it would unmap the guest as well.
    const file = await memory({ pages: filePages, initially: 'shared', slot: false, mapped: false })
    const { vm, gmem, nestedVm } = file.handles
    const second = { vm, gmem, ...nestedVm.takeSlot({ size: pageSize, alignment: pageSize }), size: pageSize }
    const bindAgain = (index: number) => agent.vm.setMemslot({ ...second, gmemOffset: index * pageSize })

    const whole = await file.bind(file.all)
    for (const [tag, index] of looks.flatMap(each).entries()) await whole.guest.fill(page(index), 1 + tag)
    for (const look of looks) await whole.matchesModel(look)
    await whole.unbind()
    const unbound = await whole.guest.mappedPages()
    const expectMapped = async (count: number, what: string) => {
      check.equal((await whole.guest.mappedPages()) - unbound, count, `pages that the guest maps ${what}`)
    }

    for (const shape of shapes) {
      const name = `pages ${shape.first}..${endOf(shape) - 1}`
      const slot = await file.bind(shape)
      const seen = looks.flatMap((look) => common(look, shape))
      const edges = seen.flatMap((part) => [...new Set([part.first, endOf(part) - 1])])
      for (const index of edges) {
        expectErrno(
          await bindAgain(index),
          uapi.expects.overlappingSlot,
          `binding page ${index} although ${name} are bound`,
        )
      }
      for (const index of [shape.first - 1, endOf(shape)].filter((beside) => beside >= 0 && beside < filePages)) {
        expectErrno(await bindAgain(index), 'OK', `binding page ${index} beside ${name}`)
        expectDone(await agent.vm.deleteMemslot(vm, second.slot), 'deleting the slot of one page')
      }

      for (const part of seen) await slot.matchesModel(part)
      let mapped = seen.reduce((sum, { count }) => sum + count, 0)
      await expectMapped(mapped, `of ${name}`)
      for (const index of edges) {
        await file.convert('private', page(index))
        mapped -= 1
        await expectMapped(mapped, `of ${name} after conversions up to that of page ${index}`)
      }
      // From a page that is not bound to another such page.
      await file.convert('private', file.all)
      await expectMapped(0, `of ${name} when the whole file has been converted`)
      await signalled({ how: 'handled', after: patience }, () => slot.preFault(page(shape.first)))
      for (const part of seen) await slot.matchesModel(part)
      await slot.unbind()
      await expectMapped(0, `when ${name} are unbound`)

      // Three slots side by side, and a conversion across all of them.
      const thirds = [0, shape.first, endOf(shape), filePages]
      const slots = []
      for (const [index, first] of thirds.slice(0, -1).entries()) {
        const count = (thirds[index + 1] ?? first) - first
        if (count > 0) slots.push({ slot: await file.bind(pages(first, count)), part: pages(first, count) })
      }
      for (const { slot: third, part } of slots) {
        for (const index of new Set([part.first, endOf(part) - 1])) await third.matchesModel(page(index))
      }
      await file.convert('shared', file.all)
      await expectMapped(0, `of slots with ${name} and with the rest, all being converted`)
      for (const { slot: third, part } of slots) {
        await third.matchesModel(page(part.first))
        await third.unbind()
      }
    }
  },
})

function endOf({ first, count }: PageRange): number {
  return first + count
}

function each({ first, count }: PageRange): number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}

/** What two ranges have in common: one range, or none. */
function common(one: PageRange, other: PageRange): PageRange[] {
  const first = Math.max(one.first, other.first)
  const end = Math.min(endOf(one), endOf(other))
  return end > first ? [pages(first, end - first)] : []
}

// K-slots, S-A5, S-A18: a slot that cannot be made or deleted for lack of memory, at any point and for as long as it takes, leaves the bindings as they were.
import { page, pages, pageSize, scenario, type PageRange } from '../../../harness/api.ts'

/** Many entries in the tree of bindings, in several of its nodes; and two entries. */
const shapes = [pages(1, 4100), pages(63, 2)]
const filePages = 4104

export default scenario({
  title:
    'a memslot that fails for lack of memory, half-way or later, binds nothing, and one that cannot be deleted stays',
  rules: ['K-slots', 'S-A5', 'S-A18'],
  needs: ['in-place-conversion', 'fault-injection'],
  timeout: 30,
  async run({ memory, agent, check, failEachAllocation, failAllocationsFrom, expectErrno, expectDone, uapi }) {
    const file = await memory({ pages: filePages, initially: 'shared', slot: false })
    const { vm, gmem, nestedVm } = file.handles
    const vcpu = await nestedVm.vcpu()
    for (const shape of shapes) {
      for (const [index, end] of ends(shape).entries()) await file.host.fill(end, 0x60 + shape.first + index)
      const size = shape.count * pageSize
      const { slot, gpa } = nestedVm.takeSlot({ size, alignment: pageSize })
      const gmemOffset = shape.first * pageSize
      const bind = (id = slot, at = gpa) => agent.vm.setMemslot({ vm, slot: id, gpa: at, size, gmem, gmemOffset })
      const unbind = (id = slot) => agent.vm.deleteMemslot(vm, id)
      const name = `pages ${shape.first}..${shape.first + shape.count - 1}`
      const expectGuest = async (when: string) => {
        for (const end of ends(shape)) {
          const { runs } = expectDone(
            await agent.guest.scan(vcpu, gpa + end.first * pageSize - gmemOffset, pageSize),
            `looking at page ${end.first}, ${when}`,
          )
          const found = runs.map((run) => ({ ...run, first: end.first }))
          check.equal<unknown>(found, file.model.guestView(end), `guest view of page ${end.first}, ${when}`)
        }
      }
      const binding = {
        of: 'nodes',
        refusals: 'some',
        operation: () => bind(),
        async after(outcome: { readonly errno: string }, position: number) {
          const when = `after a binding that failed at position ${position}`
          if (outcome.errno !== 'OK') {
            check.equal(
              outcome.errno,
              'ENOMEM',
              `the result of binding ${name} without memory from position ${position} on`,
            )
            // Another slot can have all of it at once: nothing has been bound.
            expectErrno(await bind(slot + 1000), 'OK', `binding ${name} ${when}`)
            if (position % 8 === 1) await expectGuest(when)
            expectDone(await unbind(slot + 1000), 'deleting the other slot')
          } else {
            await expectGuest(`bound without memory from position ${position} on`)
            expectDone(await unbind(), 'deleting the slot')
          }
        },
      } as const
      const deletion = {
        of: 'objects',
        refusals: 'some',
        operation: () => unbind(),
        async after(outcome: { readonly errno: string }, position: number) {
          if (outcome.errno === 'OK') {
            expectDone(await bind(), 'binding again')
            return
          }
          check.equal(outcome.errno, 'ENOMEM', `the result of deleting the slot of ${name} without memory`)
          expectErrno(
            await bind(slot + 1000, gpa + size),
            uapi.expects.overlappingSlot,
            `binding ${name} although their slot could not be deleted`,
          )
          await expectGuest(`after a deletion that failed at position ${position}`)
        },
      } as const
      const what = `a slot of ${name}`
      // The tree tries again: a single failure does no harm.
      await failEachAllocation({ ...binding, what, refusals: 0 })
      expectDone(await unbind(), 'deleting the slot')
      await failAllocationsFrom({ ...binding, what })
      expectDone(await unbind(), 'deleting the slot')
      await failAllocationsFrom({ ...binding, what, inARow: 2 })
      await expectGuest('bound at last')

      await failAllocationsFrom({ ...deletion, what: `the deletion of ${what}` })
      expectErrno(await bind(), 'OK', `binding ${name} when the slot is deleted at last`)
      await file.convert('private', file.all)
      await expectGuest('after a conversion')
      await file.convert('shared', file.all)
      expectDone(await unbind(), 'deleting the slot')
    }
  },
})

/** The first page of a range, and the last one. */
function ends({ first, count }: PageRange): PageRange[] {
  return [page(first), page(first + count - 1)]
}

// S-A5, S-A18: every page of the host address counts when a slot is bound, however many mappings it is cut into; later the guest sees the file, with anything at the address.
import { mapFlags, page, pages, pageSize, protections, scenario } from '../../../harness/api.ts'

const slotPages = 8
const size = slotPages * pageSize
/** The pages of the slot whose mapping is replaced; those around them keep the first mapping. */
const places = [pages(0, 1), pages(3, 2), pages(slotPages - 1, 1), pages(0, slotPages - 1), pages(1, slotPages - 1)]
const fixed = mapFlags.shared | mapFlags.fixed

export default scenario({
  title: 'each page of the host address is checked when a slot is bound, and none is used by the guest',
  rules: ['S-A5', 'S-A18'],
  bugs: ['O-18'],
  async run({ memory, agent, expectDone, expectErrno, check, uapi }) {
    const file = await memory({ pages: 3 * slotPages, initially: 'shared', slot: false })
    const other = await memory({ pages: 3 * slotPages, initially: 'shared', slot: false, beside: file })
    const { vm, gmem, nestedVm } = file.handles
    const { slot, gpa } = nestedVm.takeSlot({ size, alignment: pageSize })
    const { file: plain } = expectDone(await agent.files.memfd(3 * size), 'creating an ordinary file')
    const vcpu = await nestedVm.vcpu()
    for (let index = 0; index < file.pages; index += 1) await file.host.fill(page(index), 0x20 + index)
    await other.host.fill(other.all, 0x99)
    await file.convert('private', pages(slotPages + 2, 3))
    const inSlot = pages(slotPages, slotPages)

    const { foreignHostAddress: foreign } = uapi.expects
    /** What replaces a part of the mapping; `from` is the offset of the part in the file, at its right place. */
    const pieces = [
      { what: 'nothing', wanted: foreign },
      { what: 'anonymous memory', map: () => ({ flags: fixed | mapFlags.anonymous }), wanted: foreign },
      { what: 'an ordinary file', map: (from: number) => ({ file: plain, offset: from }), wanted: foreign },
      {
        what: 'another guest_memfd',
        map: (from: number) => ({ file: other.handles.gmem, offset: from }),
        wanted: foreign,
      },
      { what: 'the page before', map: (from: number) => ({ file: gmem, offset: from - pageSize }), wanted: foreign },
      { what: 'the page behind', map: (from: number) => ({ file: gmem, offset: from + pageSize }), wanted: foreign },
      { what: 'the same pages again', map: (from: number) => ({ file: gmem, offset: from }), wanted: 'OK' },
      {
        what: 'the same pages, read-only',
        map: (from: number) => ({ file: gmem, offset: from, protection: protections.read }),
        wanted: 'OK',
      },
      {
        what: 'the same pages, protected',
        map: (from: number) => ({ file: gmem, offset: from, protection: protections.none }),
        wanted: 'OK',
      },
    ] as const
    type Piece = (typeof pieces)[number]

    const mapSlot = async () => expectDone(await agent.host.mmap({ file: gmem, offset: size, length: size }), 'mapping')
    const replace = async (
      { mapping, address }: Awaited<ReturnType<typeof mapSlot>>,
      piece: Piece,
      place: (typeof places)[number],
    ) => {
      const at = { offset: place.first * pageSize, length: place.count * pageSize }
      if (!('map' in piece)) return expectDone(await agent.host.munmap(mapping, at), 'unmapping a part')
      const request = { length: at.length, address: address + BigInt(at.offset), flags: fixed }
      return expectDone(await agent.host.mmap({ ...request, ...piece.map(size + at.offset) }), 'replacing a part')
    }
    const bound = { vm, slot, gpa, size, gmem, gmemOffset: size }
    const expectGuest = async (when: string) => {
      const { runs } = expectDone(await agent.guest.scan(vcpu, gpa, size), `looking at the slot, ${when}`)
      const found = runs.map((run) => ({ ...run, first: run.first + inSlot.first }))
      check.equal<unknown>(found, file.model.guestView(inSlot), `guest view of a slot with ${when}`)
    }

    for (const piece of pieces) {
      for (const place of places) {
        const when = `${piece.what} at its pages ${place.first}..${place.first + place.count - 1}`
        const before = await mapSlot()
        await replace(before, piece, place)
        const reply = await agent.vm.setMemslot({ ...bound, mapping: before.mapping })
        expectErrno(reply, piece.wanted, `binding a slot with ${when} of the host address`)
        if (reply.errno === 'OK') {
          await expectGuest(`${when}, when it was bound`)
          expectDone(await agent.vm.deleteMemslot(vm, slot), 'deleting the slot')
        }
      }
      // All of it changes behind the back of the slot, with the guest's mappings present and absent.
      const after = await mapSlot()
      expectDone(await agent.vm.setMemslot({ ...bound, mapping: after.mapping }), 'binding')
      await expectGuest('its own mapping')
      await replace(after, piece, pages(0, slotPages))
      await expectGuest(`${piece.what} instead of its mapping`)
      await file.convert('shared', pages(slotPages + 1, 4))
      await file.convert('private', pages(slotPages + 2, 3))
      await expectGuest(`${piece.what} instead of its mapping, after conversions`)
      expectDone(await agent.vm.deleteMemslot(vm, slot), 'deleting the slot')
    }
    await file.matchesModel()
  },
})

// K-slots, S-A5, S-A18: a slot with a guest_memfd cannot be changed, only deleted; the refusal leaves it as it is, and its number can then have any other file.
import { memslotFlags, page, pages, pageSize, scenario } from '../../../harness/api.ts'

const slotPages = 8
const size = slotPages * pageSize
const { guestMemfd, logDirtyPages, readOnly } = memslotFlags

export default scenario({
  title: 'every change of a slot is refused and changes nothing, and a deleted one makes room for another file',
  rules: ['K-slots', 'S-A5', 'S-A10', 'S-A18'],
  needs: ['in-place-conversion', 'binary-stats'],
  async run({ memory, agent, check, expectErrno, expectDone, uapi }) {
    const file = await memory({ pages: 3 * slotPages, initially: 'shared', slot: false })
    const other = await memory({ pages: 3 * slotPages, initially: 'private', slot: false, mapped: false, beside: file })
    const { vm, gmem, mapping, nestedVm } = file.handles
    for (let index = 0; index < file.pages; index += 1) await file.host.fill(page(index), 0x40 + index)
    await file.convert('private', pages(3, 8))
    const { slot, gpa } = nestedVm.takeSlot({ size: 4 * size, alignment: size })
    const vcpu = await nestedVm.vcpu()
    const free = slot + 1000
    const slots = { vm, slot, gpa, size, gmem, gmemOffset: 0 }
    const unlike = other.handles.gmem

    // Without a host address, nothing but the file tells that a slot would be another one.
    for (const [host, address] of Object.entries({
      'its mapping': mapping === undefined ? {} : { mapping },
      'no address': {},
    })) {
      const bound = { ...slots, ...address }
      for (const flags of [logDirtyPages, readOnly, logDirtyPages | readOnly, 1n << 16n, 1n << 31n]) {
        const reply = await agent.vm.setMemslot({ ...bound, flags: guestMemfd | flags })
        expectErrno(reply, 'EINVAL', `binding with ${host}, with the flags 0x${(guestMemfd | flags).toString(16)}`)
      }
      // KVM refuses it when the file is bound already: no CPU has such an address.
      expectErrno(await agent.vm.setMemslot({ ...bound, gpa: 2 ** 52 }), 'EINVAL', 'binding at the address 2^52')
      expectErrno(await agent.vm.setMemslot(bound), 'OK', `binding with ${host}`)
      const expectUnchanged = async (when: string): Promise<void> => {
        const { runs } = expectDone(await agent.guest.scan(vcpu, gpa, size), `looking at the slot, ${when}`)
        check.equal<unknown>(runs, file.model.guestView(pages(0, slotPages)), `guest view of the slot, ${when}`)
      }
      await expectUnchanged('bound')

      const plain = { vm, slot, gpa, size, ...address }
      const changes = {
        'the same again': bound,
        'at another address': { ...bound, gpa: gpa + size },
        'at an overlapping address': { ...bound, gpa: gpa + pageSize },
        grown: { ...bound, size: 2 * size },
        shrunk: { ...bound, size: size / 2 },
        'of another range': { ...bound, gmemOffset: size },
        'of another range, at another address': { ...bound, gmemOffset: size, gpa: gpa + size },
        'of another range with its host address': { ...bound, gmemOffset: size, mappingOffset: size },
        'of another file': { ...bound, gmem: unlike },
        'of another file, at another address': { ...bound, gmem: unlike, gpa: gpa + size },
        'with a dirty log': { ...bound, flags: guestMemfd | logDirtyPages },
        'read-only': { ...bound, flags: guestMemfd | readOnly },
        'without the file': plain,
        'without the file, at another address': { ...plain, gpa: gpa + size },
        'without the file, with a dirty log': { ...plain, flags: logDirtyPages },
        'without the file, read-only': { ...plain, flags: readOnly },
      }
      for (const [what, change] of Object.entries(changes)) {
        expectErrno(await agent.vm.setMemslot(change), 'EINVAL', `setting a slot with ${host} ${what}`)
        await expectUnchanged(`after a refusal of the slot ${what}`)
      }
      // Nothing that was refused has been bound, and what was bound still is.
      for (const [what, one] of Object.entries({
        'the other file': { vm, slot: free, gpa: gpa + size, size, gmem: unlike },
        'the other range': { ...slots, slot: free, gpa: gpa + size, gmemOffset: size },
      })) {
        expectErrno(await agent.vm.setMemslot(one), 'OK', `binding ${what} after the refusals`)
        expectDone(await agent.vm.deleteMemslot(vm, free), `deleting the slot of ${what}`)
      }
      const overlap = await agent.vm.setMemslot({ ...slots, slot: free, gpa: gpa + size })
      expectErrno(overlap, uapi.expects.overlappingSlot, 'binding the range to one more slot')
      await file.convert('shared', pages(2, 4))
      await expectUnchanged('after a conversion')
      await file.convert('private', pages(3, 3))
      await expectUnchanged('after a conversion back')

      expectDone(await agent.vm.deleteMemslot(vm, slot), 'deleting the slot')
      const gone = await agent.guest.read(vcpu, gpa, 8)
      check.equal(gone.outcome, 'unexpected-exit', 'how an access to a deleted slot ends')
    }
    await file.convert('shared', pages(2, 4))

    // Another file in the same slot, between two slots of the first one.
    expectDone(
      await agent.vm.setMemslot({ vm, slot, gpa: gpa + size, size, gmem: unlike, gmemOffset: size }),
      'binding another file to the same slot',
    )
    const below = await file.bind(pages(0, slotPages), gpa)
    const above = await file.bind(pages(slotPages, 2 * slotPages), gpa + 2 * size)
    expectDone(await agent.guest.fill(vcpu, gpa + size, size, { byte: 0x31 }), 'the guest writing to the other file')
    const expectOther = async (when: string): Promise<void> => {
      const { runs } = expectDone(await agent.guest.scan(vcpu, gpa + size, size), `looking at the other file, ${when}`)
      check.equal<unknown>(runs, [{ first: 0, count: slotPages, value: 0x31 }], `guest view of the other file, ${when}`)
    }
    for (const [to, changed] of [
      ['shared', 5],
      ['private', file.pages],
    ] as const) {
      await below.matchesModel()
      await above.matchesModel()
      await expectOther(`before a conversion to ${to}`)
      const mapped = await below.guest.mappedPages()
      await file.convert(to, file.all)
      const taken = mapped - (await below.guest.mappedPages())
      // Of a mixed range, the pages that have the state already may be taken from the guest as well, by some dialects.
      const most = uapi.expects.keepsMappingsInMixedRange ? changed : file.pages
      check.between(taken, changed, most, `pages that a conversion of the first file to ${to} took from three slots`)
    }
    await below.matchesModel()
    await above.matchesModel()
    await file.punchHole(file.all)
    await expectOther('after a hole in the first file')
    await below.matchesModel()
    await above.matchesModel()
  },
})

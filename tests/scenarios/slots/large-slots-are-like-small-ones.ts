// S-A5, S-A10: a slot of many gigabytes, across 16 TiB of its file, is like a small one at each of its pages.
import { advices, pageSize, scenario } from '../../../harness/api.ts'

const windowPages = 8
const windowSize = windowPages * pageSize
const gigabyte = 2 ** 30
const fileSize = 2 ** 44 + 16 * gigabyte
/** The slot goes across 2^32 pages of the file, and its own pages go beyond 4 and 8 GiB. */
const start = 2 ** 44 - 5 * gigabyte
const size = 10 * gigabyte + windowSize
/** What is looked at, as offsets in the slot: its ends, and the places where a number of 31 or 32 bits ends. */
const windows = [0, 2 ** 31, 2 ** 32, 5 * gigabyte, 2 ** 33, size - windowSize / 2].map((place, index) => ({
  place: index === 0 ? 0 : place - windowSize / 2,
  tag: 0x21 + index,
  changed: 0x61 + index,
}))
const middle = { first: 2, count: 4 }
type Look = number | 'sigbus'

export default scenario({
  title: 'a slot of 10 GiB across 16 TiB of its file is like a small one at each page',
  rules: ['S-A5', 'S-A10', 'S-A16', 'S-A18', 'S-A19', 'S-A30', 'K-slots'],
  needs: ['in-place-conversion', 'binary-stats', 'pre-fault'],
  timeout: 20,
  async run({ memory, agent, dialect, check, expectDone, expectErrno, uapi }) {
    const small = await memory({ pages: 4, initially: 'shared' })
    // The guest's own pages are mapped from now on.
    await small.guest.expect(small.all, 0)
    const { vm, nestedVm } = small.handles
    const vcpu = await nestedVm.vcpu()
    const { gmem } = expectDone(
      await agent.gmem.create({ vm, size: fileSize, flags: uapi.flagsFor({ initially: 'shared' }) }),
      'creating a file',
    )
    const map = async (offset: number, length: number) =>
      expectDone(await agent.host.mmap({ file: gmem, offset, length }), 'mapping').mapping
    const mapping = await map(start, size)
    // Not congruent to the file: each page is mapped for itself.
    const gpa = 2 ** 34 + 3 * pageSize
    const bound = { vm, slot: 50, gpa, size, gmem, gmemOffset: start, mapping }
    const convert = (to: 'shared' | 'private', offset: number, length: number) =>
      agent.gmem.convert({ target: gmem, dialect, to, offset, size: length })
    const mapped = async () => Number(expectDone(await agent.vm.stats(vm, 'pages_4k'), 'reading a statistic').value)
    const blocks = async () => expectDone(await agent.gmem.status(gmem), 'asking for the status').blocks

    const foreign = {
      'a mapping that ends 32K before its end': { mapping: await map(start, size - windowSize) },
      'a mapping of the next page': { mapping: await map(start + pageSize, size) },
      'a mapping of the file 16 TiB before it': {
        mapping: await map(gigabyte, windowSize),
        gmemOffset: 2 ** 44 + gigabyte,
        size: windowSize,
      },
      'another file': { gmem: small.handles.gmem, gmemOffset: 0, size: small.pages * pageSize },
    }
    for (const [what, change] of Object.entries(foreign)) {
      const reply = await agent.vm.setMemslot({ ...bound, ...change })
      // The whole small file is bound already, wherever the host address is.
      const wanted = 'gmem' in change ? uapi.expects.overlappingSlot : uapi.expects.foreignHostAddress
      expectErrno(reply, wanted, `binding with ${what}`)
      if (reply.errno === 'OK') expectDone(await agent.vm.deleteMemslot(vm, bound.slot), 'deleting the slot')
    }
    for (const [what, change] of Object.entries({
      'a page behind the end': { mapping: undefined, gmemOffset: fileSize - size + pageSize },
      '4 GiB and a page behind the end': { mapping: undefined, gmemOffset: fileSize, size: 2 ** 32 + pageSize },
      '4 GiB and a page from the last page on': {
        mapping: undefined,
        gmemOffset: fileSize - pageSize,
        size: 2 ** 32 + pageSize,
      },
      '16 TiB behind its end': { mapping: undefined, gmemOffset: 2 ** 45, size: windowSize },
      'more than another file has': { gmem: small.handles.gmem },
    })) {
      expectErrno(await agent.vm.setMemslot({ ...bound, ...change }), 'EINVAL', `binding with ${what}`)
    }
    expectErrno(await agent.vm.setMemslot(bound), 'OK', 'binding 10 GiB')
    const page = { vm, slot: 51, gpa: 2 ** 37, size: pageSize, gmem }
    for (const { place } of windows) {
      const again = await agent.vm.setMemslot({ ...page, gmemOffset: start + place + pageSize })
      expectErrno(
        again,
        uapi.expects.overlappingSlot,
        `binding the page at 0x${(place + pageSize).toString(16)} of the slot once more`,
      )
    }
    for (const [what, beside] of Object.entries({ before: start - pageSize, behind: start + size })) {
      expectErrno(await agent.vm.setMemslot({ ...page, gmemOffset: beside }), 'OK', `binding the page ${what} it`)
      expectDone(await agent.vm.deleteMemslot(vm, page.slot), 'deleting the slot of one page')
    }

    const expectViews = async (
      looks: (window: (typeof windows)[number]) => Record<'guest' | 'host', Look[]>,
      when: string,
    ) => {
      for (const window of windows) {
        const where = `at 0x${window.place.toString(16)} of the slot, ${when}`
        const wanted = looks(window)
        const guest = expectDone(
          await agent.guest.scan(vcpu, gpa + window.place, windowSize),
          `the guest looking ${where}`,
        )
        check.equal<unknown>(flat(guest.runs), wanted.guest, `guest view ${where}`)
        const host = expectDone(await agent.host.scan(mapping, window.place, windowSize), `the host looking ${where}`)
        check.equal<unknown>(flat(host.runs), wanted.host, `host view ${where}`)
      }
    }
    for (const { place, tag } of windows) {
      expectDone(await agent.host.fill(mapping, place, windowSize, { byte: tag }), 'the host writing')
    }
    const each = windows.length * windowPages
    const none = await mapped()
    for (const { place } of windows) {
      expectDone(await agent.guest.preFault(vcpu, gpa + place, windowSize), `faulting in 0x${place.toString(16)}`)
    }
    check.equal((await mapped()) - none, each, 'pages that a pre-fault maps into the guest')
    await expectViews(({ tag }) => ({ guest: around(tag, tag), host: around(tag, tag) }), 'written by the host')

    for (const [index, { place }] of windows.entries()) {
      const offset = start + place + middle.first * pageSize
      const what = `the pages at 0x${place.toString(16)} of the slot`
      expectDone(await convert('private', offset, middle.count * pageSize), `converting ${what}`)
      const left = none + each - (index + 1) * middle.count
      check.equal(await mapped(), left, `pages that the guest maps after converting ${what}`)
    }
    await expectViews(({ tag }) => ({ guest: around(tag, tag), host: around(tag, 'sigbus') }), 'their middles private')
    for (const { place, changed } of windows) {
      const at = gpa + place + middle.first * pageSize
      expectDone(await agent.guest.fill(vcpu, at, middle.count * pageSize, { byte: changed }), 'the guest writing')
    }
    expectDone(await convert('shared', 0, fileSize), 'converting all to shared')
    const left = none + each - windows.length * middle.count
    if (uapi.expects.keepsMappingsInMixedRange) check.equal(await mapped(), left, 'pages left when all is shared')
    else check.between(await mapped(), 0, left, 'pages left when all is shared')
    await expectViews(({ tag, changed }) => ({ guest: around(tag, changed), host: around(tag, changed) }), 'all shared')
    expectDone(await convert('private', start, size), 'converting the slot to private')
    check.equal(await mapped(), none, 'pages left when all of the slot is private')
    await expectViews(
      ({ tag, changed }) => ({ guest: around(tag, changed), host: around('sigbus', 'sigbus') }),
      'private',
    )
    expectDone(await convert('shared', start, size), 'converting the slot to shared')

    // A hole through the mapping, one through the file, and allocation.
    for (const { place } of windows) {
      const at = place + middle.first * pageSize
      expectDone(await agent.host.madvise(mapping, at, middle.count * pageSize, advices.remove), 'MADV_REMOVE')
    }
    check.equal(await blocks(), uapi.blocksOf(each - windows.length * middle.count), 'pages left by MADV_REMOVE')
    await expectViews(({ tag }) => ({ guest: around(tag, 0), host: around(tag, 0) }), 'with holes')
    expectDone(await agent.gmem.punchHole(gmem, start, size), 'a hole as large as the slot')
    check.equal(await blocks(), 0, 'pages left by a hole as large as the slot')
    check.equal(await mapped(), none, 'pages that the guest maps then')
    for (const { place } of windows) {
      expectDone(await agent.gmem.allocate(gmem, start + place, windowSize), `allocating at 0x${place.toString(16)}`)
    }
    check.equal(await blocks(), uapi.blocksOf(each), 'pages that were allocated')
    await expectViews(() => ({ guest: around(0, 0), host: around(0, 0) }), 'allocated')

    expectDone(await agent.vm.deleteMemslot(vm, bound.slot), 'deleting the slot')
    check.equal(await mapped(), none, 'pages that the guest maps without the slot')
    for (const { place } of windows) {
      const again = await agent.vm.setMemslot({ ...page, gmemOffset: start + place + pageSize })
      expectErrno(again, 'OK', `binding the page at 0x${(place + pageSize).toString(16)} of the deleted slot`)
      expectDone(await agent.vm.deleteMemslot(vm, page.slot), 'deleting the slot of one page')
    }
  },
})

/** What each page of a window looks like. */
function around(outside: Look, inside: Look): Look[] {
  return Array.from({ length: windowPages }, (_, index) =>
    index >= middle.first && index < middle.first + middle.count ? inside : outside,
  )
}

function flat<Found>(runs: readonly { readonly count: number; readonly value: Found }[]): Found[] {
  return runs.flatMap(({ count, value }) => Array<Found>(count).fill(value))
}

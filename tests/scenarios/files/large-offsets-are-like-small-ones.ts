// S-A8, S-A9: nothing of a file depends on the size of an offset: windows lie across the places where 32 bits end, and at the end.
import { pageSize, scenario } from '../../../harness/api.ts'

const page = BigInt(pageSize)
const windowPages = 16
const windowSize = windowPages * pageSize
/** The part of a window that becomes private, with the place in its middle. */
const middle = { first: 4, count: 8 }

/** The places where a number of 31 or 32 bits ends, in bytes and in pages. */
const places = [2n ** 31n, 2n ** 32n, 2n ** 31n * page, 2n ** 32n * page]
/** The first window is what an offset without its upper bits names. */
const across = [0n, ...places.map((place) => place - BigInt(windowSize / 2))]
const largest = 2n ** 63n - page
const files = [
  { what: 'a file of 16 TiB and a GiB', size: 2n ** 44n + 2n ** 30n, windows: across, counted: true },
  // Its size is beyond the numbers that the status can show.
  { what: 'the largest file', size: largest, windows: [...across, largest - BigInt(windowSize)], counted: false },
] as const

export default scenario({
  title: 'states, contents, pins and holes at large offsets are like those at small ones',
  rules: ['S-A8', 'S-A9', 'S-A16', 'S-A19', 'S-A30'],
  timeout: 30,
  async run({ memory, agent, dialect, check, expectDone, expectErrno, uapi }) {
    const { vm, nestedVm, vcpu } = (await memory({ pages: 4, initially: 'shared' })).handles
    const guest = await vcpu()
    for (const { what, size, windows: offsets, counted } of files) {
      const flags = uapi.flagsFor({ initially: 'shared' })
      const { gmem } = expectDone(await agent.gmem.create({ vm, size, flags }), `creating ${what}`)
      const convert = (to: 'shared' | 'private', offset: bigint, length: bigint) =>
        agent.gmem.convert({ target: gmem, dialect, to, offset, size: length })
      const convertAll = async (to: 'shared' | 'private') =>
        expectDone(await convert(to, 0n, size), `converting all of ${what} to ${to}`)

      const windows = []
      for (const [index, offset] of offsets.entries()) {
        const name = `${what} at page 0x${(offset / page).toString(16)}`
        const mapped = await agent.host.mmap({ file: gmem, offset, length: windowSize })
        const { mapping } = expectDone(mapped, `mapping ${name}`)
        const { slot, gpa } = nestedVm.takeSlot({ size: windowSize, alignment: pageSize })
        const bound = await agent.vm.setMemslot({ vm, slot, gpa, size: windowSize, gmem, gmemOffset: offset })
        expectDone(bound, `binding ${name}`)
        windows.push({ name, offset, mapping, gpa, tag: 0x10 + index, changed: 0x50 + index })
      }
      type Window = (typeof windows)[number]
      type Looks = readonly (number | string)[]
      const expectHost = async ({ mapping, name }: Window, wanted: Looks, when: string) => {
        const { runs } = expectDone(await agent.host.scan(mapping, 0, windowSize), `reading ${name}`)
        check.equal(flat(runs), wanted, `host view of ${name}, ${when}`)
      }
      const expectGuest = async ({ gpa, name }: Window, wanted: Looks, when: string) => {
        const { runs } = expectDone(await agent.guest.scan(guest, gpa, windowSize), `reading ${name}`)
        check.equal(flat(runs), wanted, `guest view of ${name}, ${when}`)
      }
      const expectBlocks = async (pages: number, when: string) => {
        if (!counted) return
        const { blocks } = expectDone(await agent.gmem.status(gmem), 'asking for the status')
        check.equal(blocks, uapi.blocksOf(pages), `st_blocks of ${what}, ${when}`)
      }

      for (const window of windows) {
        await expectHost(window, around(0, 0), 'untouched')
        expectDone(await agent.host.fill(window.mapping, 0, windowSize, { byte: window.tag }), 'writing')
        const offset = window.offset + BigInt(middle.first) * page
        expectDone(await convert('private', offset, BigInt(middle.count) * page), `converting in ${window.name}`)
      }
      await expectBlocks(windows.length * windowPages, 'filled')
      for (const window of windows) {
        await expectHost(window, around(window.tag, 'sigbus'), 'its middle being private')
        await expectGuest(window, around(window.tag, window.tag), 'its middle being private')
      }
      for (const { gpa, changed } of windows) {
        const at = gpa + middle.first * pageSize
        expectDone(await agent.guest.fill(guest, at, middle.count * pageSize, { byte: changed }), 'the guest writing')
      }
      for (const window of windows) {
        await expectGuest(window, around(window.tag, window.changed), 'written by the guest')
        for (const pinned of [2, 13]) {
          const { pin } = expectDone(
            await agent.host.pin({ mapping: window.mapping, offset: pinned * pageSize, size: pageSize }),
            `pinning in ${window.name}`,
          )
          for (const [offset, length] of [
            [window.offset, BigInt(windowSize)],
            [0n, size],
          ] as const) {
            const refused = await convert('private', offset, length)
            expectErrno(refused, 'EAGAIN', `converting ${window.name} with page ${pinned} pinned`)
            const found = BigInt(refused.errorOffset) - window.offset
            check.equal(found, BigInt(pinned) * page, `error_offset behind the start of ${window.name}`)
          }
          expectDone(await agent.close(pin), 'unpinning')
        }
      }
      await convertAll('private')
      for (const window of windows) await expectHost(window, around('sigbus', 'sigbus'), 'all being private')
      await convertAll('shared')
      for (const window of windows) await expectHost(window, around(window.tag, window.changed), 'all being shared')
      // The guest maps all pages again: each hole has to take its own from it.
      for (const window of windows) await expectGuest(window, around(window.tag, window.changed), 'all being shared')
      for (const window of windows) {
        const hole = { offset: window.offset + BigInt(middle.first) * page, length: BigInt(middle.count) * page }
        expectDone(await agent.gmem.punchHole(gmem, hole.offset, hole.length), `a hole in ${window.name}`)
      }
      await expectBlocks(windows.length * (windowPages - middle.count), 'with holes')
      // The guest first: the host would get the freed pages again, and zero them.
      for (const window of windows.toReversed()) await expectGuest(window, around(window.tag, 0), 'with a hole')
      for (const window of windows) await expectHost(window, around(window.tag, 0), 'with a hole')
      expectDone(await agent.gmem.punchHole(gmem, 0n, size), 'a hole as large as the file')
      await expectBlocks(0, 'empty')
      for (const window of windows.toReversed()) await expectGuest(window, around(0, 0), 'empty')
      expectErrno(await convert('private', size, page), 'EINVAL', `converting the page behind ${what}`)
      expectErrno(await convert('private', size - page, 2n * page), 'EINVAL', `converting across the end of ${what}`)
      expectErrno(await convert('private', 2n ** 64n - page, 2n * page), 'EINVAL', 'converting a range that wraps')
      for (const { mapping } of windows) await agent.host.munmap(mapping)
      expectDone(await agent.close(gmem), `closing ${what}`)
    }
  },
})

/** What each page of a window looks like. */
function around(outside: number | string, inside: number | string): (number | string)[] {
  return Array.from({ length: windowPages }, (_, index) =>
    index >= middle.first && index < middle.first + middle.count ? inside : outside,
  )
}

function flat<Look>(runs: readonly { readonly count: number; readonly value: Look }[]): Look[] {
  return runs.flatMap(({ count, value }) => Array<Look>(count).fill(value))
}

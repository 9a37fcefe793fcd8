// S-A41, S-A16, S-A18: memory of a split page fails, mapped by the host, by the guest, by both or by neither: all that mapped it lose this page and no other, and later conversions pass over it.
import { page, pages, scenario, type GuestView } from '../../../harness/api.ts'
import {
  convertPastFailures,
  expectLostByGuest,
  expectLostByHost,
  failedPages,
  retire,
  viewWithFailures,
} from '../common/failed-pages.ts'

// They are not neighbours: a page that the host has mapped leaves the guest with the mapping of the host.
const failures = [
  { index: 0, users: [], how: 'inject' },
  { index: 100, users: ['host'], how: 'madvise' },
  { index: 511, users: ['host'], how: 'inject' },
  { index: 600, users: ['guest'], how: 'inject' },
  { index: 700, users: ['host', 'guest'], how: 'inject' },
  { index: 1023, users: ['host', 'guest'], how: 'madvise' },
] as const satisfies { index: number; users: readonly ('host' | 'guest')[]; how: 'inject' | 'madvise' }[]

// Two slots share the file; in the second one, no huge page can be mapped as such.
const places = [
  { range: pages(0, 512), gpa: 0x1_4000_0000 },
  { range: pages(512, 512), gpa: 0x1_8000_1000 },
] as const

export default scenario({
  title: 'a page whose memory fails is taken from every mapping of host and guest, and its neighbours stay',
  rules: ['S-A41', 'K-failures', 'S-A16', 'S-A18', 'S-A24'],
  bugs: ['A-24'],
  needs: ['in-place-conversion', 'binary-stats', 'pagemap', 'hwpoison-inject'],
  pools: { '2M': 2 },
  async run(words) {
    const { memory, agent, uapi, check, offered, expectDone, failFrame } = words
    for (const kind of offered([{}, { hugePages: '2M' }] as const)) {
      const file = await memory({ pages: 1024, initially: 'shared', slot: false, ...kind })
      const { gmem, mapping } = file.handles
      const lower = await file.bind(places[0].range, places[0].gpa)
      const upper = await file.bind(places[1].range, places[1].gpa)
      const guestOf = (index: number): GuestView => (index < 512 ? lower : upper).guest
      const again = expectDone(await agent.host.mmap({ file: gmem, length: 1024 * 4096 }), 'mapping it again').mapping
      await file.host.fill(file.all, 0x5c)
      const [first] = await file.host.frames(page(0))
      const [second] = await file.host.frames(page(512))
      const frames = await file.host.frames(file.all)
      // This unmaps all pages, and moves none.
      await file.convert('private', file.all)
      await file.convert('shared', file.all)
      await using child = await agent.fork()
      const hosts = [
        { host: agent.host, map: mapping },
        { host: agent.host, map: again },
        { host: child.host, map: mapping },
      ].flatMap(({ host, map }) => (map === undefined ? [] : [{ host, map }]))
      check.equal(hosts.length, 3, 'mappings of the host')

      const failed = new Set<number>()
      for (const { index, users, how } of failures) {
        const neighbours = [index - 1, index + 1].filter((at) => at >= 0 && at < 1024 && !failed.has(at))
        const uses = (user: 'host' | 'guest'): readonly number[] =>
          users.some((each) => each === user) ? [index, ...neighbours] : neighbours
        for (const { host, map } of hosts) {
          for (const at of uses('host')) expectDone(await host.read(map, at * 4096, 8), `the host reading page ${at}`)
        }
        for (const at of uses('guest')) await guestOf(at).expect(page(at), 0x5c)
        const before = { mapped: await file.guest.mappedPages(), failed: await failedPages(words) }

        const what = `page ${index} failing by ${how}, used by ${users.join(' and ') || 'no side'}`
        const frame = Number(frames[index])
        const failure = how === 'inject' ? await failFrame(frame) : await file.failMemory(page(index), how)
        // A failure by madvise is an access of the caller, whose signal comes before the errno.
        const end = how === 'madvise' ? 'OK' : uapi.expects.memoryFailure
        check.equal([failure.errno, failure.pfn], [end, frame], `errno and frame, ${what}`)
        const signal = how === 'madvise' ? [7, 4, index * 4096, 12] : [0, 0, 0, 0]
        const { signalCode, faultOffset, addressBits } = failure
        check.equal([failure.signal, signalCode, faultOffset, addressBits], signal, `the signal of ${what}`)
        failed.add(index)

        const lost = before.mapped - (await file.guest.mappedPages())
        check.equal(lost, users.some((user) => user === 'guest') ? 1 : 0, `pages that the guest lost, ${what}`)
        check.equal((await failedPages(words)) - before.failed, 1, `HardwareCorrupted, in pages, ${what}`)
        for (const { host, map } of hosts) {
          for (const at of neighbours) {
            const { pages: entries } = expectDone(await host.pagemap(map, at * 4096, 1), 'the page tables of the host')
            check.equal<unknown>(entries[0]?.pfn, frames[at], `frame of page ${at} in the host, ${what}`)
          }
          await expectLostByHost(words, host, map, index)
        }
        const { range, gpa } = places[index < 512 ? 0 : 1]
        await expectLostByGuest(words, file, index, gpa - range.first * 4096)
        for (const at of neighbours) {
          await file.host.expect(page(at), 0x5c)
          await guestOf(at).expect(page(at), 0x5c)
        }
      }

      const some = await convertPastFailures(words, file, pages(3, 1021), failed)
      const left = new Set([...failed].filter((index) => !some.has(index)))
      const rest = await convertPastFailures(words, file, file.all, left)
      check.equal(rest.size > 0, some.size > 0, 'the rest of the failed pages refuses a conversion, like the others')
      const freed = [new Set([...some, ...rest]), 0] as const
      check.equal<unknown>(
        [...(await lower.guest.look(places[0].range)), ...(await upper.guest.look(places[1].range))],
        places.flatMap(({ range }) => viewWithFailures<unknown>(range, failed, { value: 0x5c, lost: 'fault', freed })),
        'guest view of all pages, now private',
      )
      await file.convert('shared', pages(0, 701))
      await file.convert('shared', file.all)
      check.equal<unknown>(
        await file.host.look(file.all),
        viewWithFailures<unknown>(file.all, failed, { value: 0x5c, lost: 'sigbus', freed }),
        'host view of all pages, shared again',
      )
      await child.kill()
      expectDone(await agent.host.munmap(again), 'unmapping the second mapping')
      const lostFrames = [...failed].map((index) => Number(frames[index]))
      await retire(words, file.handles, 'hugePages' in kind ? [Number(first), Number(second)] : lostFrames)
    }
  },
})

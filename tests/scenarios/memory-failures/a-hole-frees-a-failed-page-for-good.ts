// S-A41, S-A30, S-A36: a hole over a failed page gives the file good memory for it; no one gets the failed frame, and the failed huge page does not leave its pool.
import { page, pages, scenario } from '../../../harness/api.ts'
import {
  convertPastFailures,
  expectLostByGuest,
  expectLostByHost,
  failedPages,
  retire,
} from '../common/failed-pages.ts'

const hwpoison = 1n << 19n

export default scenario({
  title: 'after a hole the place of a failed page has good memory, and the failed frame is never used again',
  rules: ['S-A41', 'K-failures', 'K-failed-frames', 'S-A30', 'S-A36'],
  bugs: ['A-24'],
  needs: ['in-place-conversion', 'pagemap', 'hwpoison-inject'],
  pools: { '2M': 3 },
  async run(words) {
    const { memory, agent, check, offered, expectDone, expectErrno, pools, unpoison } = words
    for (const kind of offered([{}, { hugePages: '2M' }] as const)) {
      const huge = 'hugePages' in kind
      const what = huge ? 'a huge page' : 'a page'
      const free = huge ? (await pools.counters('2M')).free : 0
      const file = await memory({ pages: 512, initially: 'shared', ...kind })
      const { gmem, mapping } = file.handles
      await file.host.fill(file.all, 0x6f)
      await file.guest.expect(file.all, 0x6f)
      const { pfn } = await file.failMemory(page(77), 'inject')
      const failed = await failedPages(words)

      await file.punchHole(pages(76, 1))
      if (mapping !== undefined) await expectLostByHost(words, agent.host, mapping, 77)
      // A part of a huge page is zeroed, and a page of 4K is freed.
      await file.punchHole(pages(huge ? 76 : 78, 2))
      if (huge) {
        await expectLostByGuest(words, file, 77)
        await file.host.expect(page(76), 0)
        await file.host.expect(page(78), 0x6f)
      }
      await convertPastFailures(words, file, pages(70, 10), new Set([77]))
      await file.punchHole(file.all)
      await file.convert('shared', pages(70, 10))
      const again = expectDone(await agent.host.mmap({ file: gmem, length: 512 * 4096 }), `mapping ${what} again`)
      await file.guest.expect(page(77), 0)
      await file.guest.fill(file.all, 0x70)
      const { runs } = await agent.host.scan(again.mapping, 0, 512 * 4096)
      check.equal<unknown>(runs, [{ first: 0, count: 512, value: 0x70 }], `host view of ${what} after the hole`)
      const { pages: entries } = await agent.host.pagemap(again.mapping, 77 * 4096, 1)
      check.that(entries[0]?.pfn !== pfn, `the place of ${what} is in another frame than the failed one`)

      check.equal(await failedPages(words), failed, `HardwareCorrupted, in pages, after the hole over ${what}`)
      if (!huge) {
        const flags = await agent.frames.count({ pfn, frames: 1, mask: hwpoison, value: hwpoison })
        check.equal(flags.matching, 1, 'failed frames in /proc/kpageflags')
        expectDone(await agent.host.munmap(again.mapping), 'unmapping the second mapping')
        await retire(words, file.handles, [pfn])
        continue
      }
      // The file has one huge page of the pool; the others are for this one, and the last of them is the failed one.
      const rest = await memory({ pages: 512 * (free - 1), hugePages: '2M', initially: 'shared', slot: false })
      await rest.allocate(pages(0, 512 * (free - 2)))
      const [offset, size] = [512 * 4096 * (free - 2), 512 * 4096]
      const refusal = await agent.gmem.allocate(rest.handles.gmem, offset, size)
      expectErrno(refusal, 'ENOSPC', 'allocating a huge page when only the failed one is left')
      await unpoison(pfn - 77)
      await rest.allocate(rest.all)
      expectDone(await agent.host.munmap(again.mapping), 'unmapping the second mapping')
      await retire(words, file.handles, [])
      await retire(words, rest.handles, [])
    }
  },
})

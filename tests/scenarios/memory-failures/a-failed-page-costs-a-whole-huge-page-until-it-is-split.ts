// S-A41, S-A23, S-A24: memory fails in a huge page that the guest has mapped as one: the guest loses all of it until a split leaves one page lost; then it is never merged, and more pages can fail; a hole that was punched meanwhile reads 0.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'
import { expectLostByGuest, expectLostByHost, failedPages, retire } from '../common/failed-pages.ts'

const cases = [
  { hugePages: '2M', count: 2, index: 5, second: 511 },
  { hugePages: '2M', count: 2, index: 1023, second: 600 },
  // Beyond the first 2M, and the last page.
  { hugePages: '1G', count: 1, index: 777, second: 262_143 },
] as const

export default scenario({
  title: 'a memory failure in a whole huge page takes it from the guest until it is split, and then costs one page',
  rules: ['S-A41', 'K-failures', 'S-A18', 'S-A23', 'S-A24', 'S-A30'],
  bugs: ['A-24'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'hwpoison-inject'],
  pools: { '2M': 2, '1G': 1 },
  timeout: 60,
  async run(words) {
    const { memory, agent, check, pools, failFrame } = words
    for (const { hugePages, count, index, second } of cases) {
      const huge = pagesPerHugePage(hugePages)
      const what = `page ${index} of huge pages of ${hugePages}`
      const free = await pools.counters(hugePages)
      const file = await memory({ pages: count * huge, hugePages, initially: 'shared' })
      const first = index - (index % huge)
      const good = [first, index - 1, first + 300]
      const punched = first + 200
      const touched = [...good, punched, index, second]
      for (const at of touched) await file.host.fill(page(at), 0x6e)
      const [frame] = await file.host.frames(page(index))
      await file.convert('private', file.all)
      for (let at = 0; at < count * huge; at += huge) await file.guest.look(page(at))
      const before = { mapped: await file.guest.mappings(), failed: await failedPages(words) }

      const { errno } = await failFrame(Number(frame))
      check.equal(errno, 'OK', `memory failure in ${what}`)
      const mapped = await file.guest.mappings()
      check.equal(before.mapped[hugePages] - mapped[hugePages], 1, `huge pages that the guest lost by ${what}`)
      check.equal((await failedPages(words)) - before.failed, 1, `HardwareCorrupted, in pages, by ${what}`)
      for (const at of [...touched, first + huge - 1]) await expectLostByGuest(words, file, at)
      if (count > 1) await file.guest.expect(page(((first + huge) % (count * huge)) + 9), 0)
      check.equal((await failFrame(Number(frame))).errno, 'EHWPOISON', `the second failure of ${what}`)
      // A hole in part of a huge page frees nothing: what was there reads 0 as soon as it can be read again.
      await file.punchHole(page(punched))
      await file.punchHole(page(index))

      await file.convert('shared', page(first + 1))
      await expectLostByGuest(words, file, index)
      for (const at of [...good, second]) await file.guest.expect(page(at), 0x6e)
      await file.guest.expect(page(punched), 0)
      await file.convert('shared', pages(index - 1, 2))
      await file.host.expect(page(index - 1), 0x6e)
      if (file.handles.mapping !== undefined) await expectLostByHost(words, agent.host, file.handles.mapping, index)

      await failFrame(Number(frame) - index + second)
      await expectLostByGuest(words, file, second)
      await file.convert('private', file.all)
      const split = await file.guest.mappings()
      for (const at of good) await file.guest.expect(page(at), 0x6e)
      const more = await file.guest.mappings()
      check.equal(more[hugePages], split[hugePages], `huge mappings of the guest, all of it private, with ${what}`)
      for (const at of [index, second]) await expectLostByGuest(words, file, at)

      await retire(words, file.handles, [Number(frame) - (index % huge)])
      check.equal(await pools.counters(hugePages), free, `the pool after ${what}`)
    }
  },
})

// K-killed, S-A26, S-A27: a process dies between the struct pages of two huge pages that it splits: all of them are whole or all are split, and no struct page is lost.
import { page, pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'
import { tryMoments } from '../common/moments.ts'

const huge = pagesPerHugePage('2M')
const hugePages = 6
const savedPerHugePage = 7
const stuckMilliseconds = 1000

export default scenario({
  title:
    'a process that dies while it splits huge pages leaves all of them whole or all split, with no struct page lost',
  rules: ['K-killed', 'S-A26', 'S-A27', 'S-A13'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'memmap-counters', 'pre-fault'],
  boot: ['hvo'],
  pools: { '2M': hugePages },
  timeout: 20,
  async run({ memory, agent, dialect, kernelMemory, killedDuring, signalled, check }) {
    const { structPages } = await kernelMemory()
    const file = await memory({ pages: hugePages * huge, hugePages: '2M', initially: 'private' })
    const target = file.handles.gmem
    await file.guest.fill(file.all, 0x61)
    const duration = await file.timeConversion('shared', file.all)
    await file.convert('private', file.all)

    const unchanged = await tryMoments(duration, async (after) => {
      await killedDuring(after, (child) =>
        child.gmem.convert({ target, dialect, to: 'shared', offset: pageSize, size: (file.pages - 2) * pageSize }),
      )
      const [run] = await file.host.look(page(huge))
      const done = run?.value !== 'sigbus'
      if (done) file.model.convert('shared', pages(1, file.pages - 2))
      const found = (await kernelMemory()).structPages - structPages
      const wanted = done ? hugePages * savedPerHugePage : 0
      check.equal(found, wanted, `pages of struct pages after a death in a split (done: ${done})`)
      await signalled({ how: 'handled', after: agent.patience.for(stuckMilliseconds) * 1e6 }, () =>
        file.preFault(page(huge)),
      )
      for (const place of [pages(0, 2), pages(huge - 1, 2), pages(file.pages - 2, 2)]) await file.matchesModel(place)
      await file.ensure('private', file.all)
      return !done
    })
    check.that(unchanged, 'death ends a split of several huge pages')
    await file.expectWhole(file.all)
    await file.convert('shared', page(huge))
    await file.expectSplit(page(huge))
    await file.matchesModel()
    await file.expectAccounting()
  },
})

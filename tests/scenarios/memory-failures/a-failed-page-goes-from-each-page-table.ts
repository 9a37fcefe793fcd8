// S-A41, S-A28: memory fails in a whole huge page that a skewed slot maps page by page: the guest loses each of these pages.
import { page, pages, scenario } from '../../../harness/api.ts'
import { expectLostByGuest, retire } from '../common/failed-pages.ts'

const gpa = 0x1_4000_1000

export default scenario({
  title: 'a memory failure in a whole huge page takes each page of it from a guest that maps it in small pages',
  rules: ['S-A41', 'K-failures', 'S-A18'],
  bugs: ['A-24'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'hwpoison-inject'],
  pools: { '2M': 2 },
  async run(words) {
    const { memory, check, failFrame } = words
    const file = await memory({ pages: 1024, hugePages: '2M', initially: 'shared', slot: false })
    const { guest } = await file.bind(file.all, gpa)
    await file.host.fill(file.all, 0x71)
    const [frame] = await file.host.frames(page(512))
    await file.convert('private', file.all)
    await guest.expect(page(511), 0x71)
    const touched = [512, 513, 700, 1023]
    for (const index of touched) await guest.expect(page(index), 0x71)
    const before = await guest.mappedPages()
    await failFrame(Number(frame) + 188)
    check.equal(before - (await guest.mappedPages()), touched.length, 'pages that the guest lost')
    for (const index of touched) await expectLostByGuest(words, file, index, gpa)
    await guest.expect(pages(0, 512), 0x71)
    await file.convert('shared', page(1023))
    await expectLostByGuest(words, file, 700, gpa)
    await guest.expect(pages(512, 188), 0x71)
    await guest.expect(pages(701, 323), 0x71)
    await file.host.expect(page(1023), 0x71)
    await retire(words, file.handles, [Number(frame)])
  },
})

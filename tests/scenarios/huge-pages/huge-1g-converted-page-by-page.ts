// S-A23, S-A24: a part of a 1G page goes to shared and back page by page: it is split once and merged once, with the last one.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('1G')
/** Across a place where a 2M page would end. */
const part = pages(512 * 7 - 40, 80)

export default scenario({
  title:
    'a part of a 1G page that is converted page by page splits it with the first and merges it with the last',
  rules: ['S-A23', 'S-A24', 'S-A19', 'S-A7'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '1G': 1 },
  timeout: 20,
  async run({ memory }) {
    const file = await memory({ pages: huge, hugePages: '1G', initially: 'private' })
    await file.convert('shared', page(part.first)) // before it is touched: the guest need not zero all of it
    await file.convertEach('shared', { range: part, order: { random: 5 } })
    await file.host.fill(part, 0xa7)
    await file.expectSplit(file.all)
    await file.matchesModel(part)

    await file.convertEach('private', { range: part, every: 2, order: 'forward' })
    await file.matchesModel(part)
    await file.expectSplit(file.all)
    await file.convertEach('private', { range: part, order: 'reverse' })
    await file.expectWhole(file.all)
    await file.matchesModel(part)
  },
})

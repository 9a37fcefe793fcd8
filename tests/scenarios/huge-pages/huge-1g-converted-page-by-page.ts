// S-A23, S-A24: a part of a 1G page becomes shared and private again page by page: the first conversion splits, the last one merges.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('1G')
/** Across a 2M boundary. */
const part = pages(512 * 7 - 40, 80)

export default scenario({
  title: 'page by page, the first conversion splits a 1G page and the last one merges it',
  rules: ['S-A23', 'S-A24', 'S-A19', 'S-A7'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '1G': 1 },
  timeout: 20,
  async run({ memory }) {
    const file = await memory({ pages: huge, hugePages: '1G', initially: 'private' })
    await file.convert('shared', page(part.first)) // before the first touch, so that the guest does not zero all of it
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

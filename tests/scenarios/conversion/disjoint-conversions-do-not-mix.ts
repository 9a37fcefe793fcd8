// S-A11: two threads convert ranges side by side: both conversions succeed, and no page loses its state or its contents.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'concurrent conversions of disjoint ranges do not interfere with each other',
  rules: ['S-A11', 'S-A1', 'S-A19'],
  async run({ memory, check }) {
    const file = await memory({ pages: 16, initially: 'shared' })
    await file.host.fill(file.all, 0x93)

    const reports = await file.race(100, [
      { does: 'convert', to: 'private', range: pages(1, 5) },
      { does: 'convert', to: 'private', range: pages(6, 7) }, // its left neighbour
    ])

    for (const report of reports) {
      check.that(report.done > 0, 'both converted')
      check.equal([report.again, report.failed], [0, 0], 'EAGAIN and errors')
    }
    await file.convert('private', pages(1, 5))
    await file.convert('shared', pages(6, 7))
    await file.matchesModel()
  },
})

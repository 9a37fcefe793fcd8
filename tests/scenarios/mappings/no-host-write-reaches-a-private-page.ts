// S-A11, S-A16: after a conversion to private has succeeded, no host write reaches the page, not even one that began before.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'no host write reaches a page after its conversion to private has succeeded',
  rules: ['S-A11', 'S-A16', 'S-A9'],
  bugs: ['A-30'],
  async run({ memory, check }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    const [convert, ...writers] = await file.race(400, [
      { does: 'convert', to: 'private', range: file.all, watched: true },
      { does: 'host-count', range: pages(0, 4) },
      { does: 'host-count', range: pages(4, 4) },
    ])

    check.that((convert?.done ?? 0) > 0, 'the pages were converted')
    check.equal(convert?.mismatches, 0, 'changes that the guest saw in private pages')
    check.equal([convert?.failed, convert?.firstError], [0, 'OK'], 'conversions that failed, EAGAIN aside')
    for (const [index, writer] of writers.entries()) {
      check.that(writer.done > 0, `writer ${index} of the host could write`)
      check.that(writer.faults > 0, `writer ${index} of the host got SIGBUS while a page was private`)
      check.equal(writer.mismatches, 0, `lost writes of writer ${index} of the host`)
    }
  },
})

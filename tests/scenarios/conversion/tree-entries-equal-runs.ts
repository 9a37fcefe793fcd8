// S-B12: the tree has one entry for each run of equal pages after any history: it grows with the runs, and shrinks when they join again.
import { pages, scenario } from '../../../harness/api.ts'

const quarter = 16_384
const orders = ['forward', 'reverse', { random: 20_250_514 }] as const

export default scenario({
  title: 'metadata grows with the number of runs, and shrinks to its first size when they join in any order',
  rules: ['S-B12', 'S-A1'],
  needs: ['in-place-conversion', 'slab-counters'],
  timeout: 30,
  async run({ memory, mapleNodes, check }) {
    const file = await memory({ pages: 4 * quarter, initially: 'shared', slot: false, mapped: false })
    const before = await mapleNodes()
    // A leaf holds 8 to 16 entries, and 5 leaves or more have a node above them: R/16 to R/6 nodes for R runs.
    const expectNodesForRuns = async (): Promise<void> => {
      const runs = file.model.stateRuns().length
      check.between((await mapleNodes()) - before, runs / 16, runs / 6, `nodes for ${runs} runs`)
    }

    await file.convertEach('private', { range: pages(3 * quarter, quarter), every: 2, order: 'forward' })
    for (const [index, order] of orders.entries()) {
      await file.convertEach('private', { range: pages(index * quarter, quarter), every: 2, order })
    }
    await expectNodesForRuns()

    await file.convert('shared', pages(3 * quarter, quarter)) // a quarter at once, the others page by page
    for (const [index, order] of orders.entries()) {
      await expectNodesForRuns()
      await file.convertEach('shared', { range: pages(index * quarter, quarter), every: 2, order })
    }
    check.between((await mapleNodes()) - before, -16, 16, 'nodes left when all pages are shared again')
  },
})

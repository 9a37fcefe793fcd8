// S-B12: the tree has one entry for each run of equal pages: it grows with the runs, and when they are joined again it is as small as before.
import { scenario } from '../../harness/api.ts'

export default scenario({
  title: 'metadata grows with the number of runs and returns to its size in page order and at once',
  rules: ['S-B12', 'S-A1'],
  needs: ['in-place-conversion', 'slab-counters'],
  timeout: 30,
  async run({ memory, mapleNodes, check }) {
    const file = await memory({ pages: 65_536, initially: 'shared', slot: false, mapped: false })
    const baseline = await mapleNodes()

    await file.convertEach('private', { every: 2, order: 'forward' })
    // A node of the tree holds 8 to 16 entries, and there is one node above at least 8: R/16 to R/7 nodes for R runs.
    const runs = file.model.stateRuns().length
    check.between((await mapleNodes()) - baseline, runs / 16, runs / 7, `nodes for ${runs} runs`)

    await file.convertEach('shared', { every: 2, order: 'forward' })
    check.between((await mapleNodes()) - baseline, -16, 16, 'nodes left after joining in page order')

    await file.convertEach('private', { every: 2, order: 'forward' })
    await file.convert('shared', file.all)
    check.between(
      (await mapleNodes()) - baseline,
      -16,
      16,
      'nodes left after one conversion of the whole file',
    )
  },
})

// S-B12: ranges join their left and their right neighbours, so it does not matter in which order pages come back.
import { scenario } from '../../harness/api.ts'

export default scenario({
  title: 'metadata returns to its size in reverse order and in random order',
  rules: ['S-B12', 'S-A1'],
  needs: ['in-place-conversion', 'slab-counters'],
  timeout: 30,
  async run({ memory, mapleNodes, check }) {
    const file = await memory({ pages: 65_536, initially: 'private', slot: false, mapped: false })
    const baseline = await mapleNodes()

    for (const order of ['reverse', { random: 20_250_514 }] as const) {
      await file.convertEach('shared', { every: 2, order })
      const runs = file.model.stateRuns().length
      check.between((await mapleNodes()) - baseline, runs / 16, runs / 7, `nodes for ${runs} runs`)

      await file.convertEach('private', { every: 2, order })
      check.between((await mapleNodes()) - baseline, -16, 16, 'nodes left after joining in the same order')
    }
  },
})

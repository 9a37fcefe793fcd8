// S-A9, A-23: only references that a user holds refuse a conversion: a page that was just touched on one CPU can be converted from another CPU at once.
import { scenario } from '../../../harness/api.ts'

const rounds = 4

export default scenario({
  title: 'pages without a holder are never refused, after the touch of any CPU',
  rules: ['S-A9', 'S-A11', 'S-B4'],
  bugs: ['A-23', 'B-22'],
  async run({ memory, runOnCpu }) {
    const file = await memory({ pages: 128, initially: 'shared' })
    for (let round = 0; round < rounds; round += 1) {
      await runOnCpu(round % 2)
      await file.host.fill(file.all, 0xa0 + round)
      await runOnCpu((round + 1) % 2)
      await file.convertEach('private', { order: 'reverse' })
      await file.convert('shared', file.all)
      await file.punchHole(file.all) // so that the next round touches new pages
    }
    await file.matchesModel()
  },
})

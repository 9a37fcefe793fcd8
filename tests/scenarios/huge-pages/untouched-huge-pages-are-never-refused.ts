// S-A9: transient references do not refuse a conversion: one CPU touches the pages, and another converts them at once.
import { page, pages, scenario } from '../../../harness/api.ts'

const rounds = 12

export default scenario({
  title: 'pages of a huge page that one CPU just touched become private from another CPU',
  rules: ['S-A9', 'S-A24'],
  bugs: ['B-22'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 2 },
  async run({ memory, runOnCpu }) {
    const file = await memory({ pages: 512, hugePages: '2M', initially: 'shared' })
    for (let round = 0; round < rounds; round += 1) {
      const start = (round * 37) % 480
      await runOnCpu(round % 2)
      await file.host.fill(pages(start, 16), 0x69)
      if (round % 5 === 0) await file.guest.fill(page(start + 17), 0x6a)
      await runOnCpu(1 - (round % 2))
      await file.convert('private', round % 3 === 0 ? pages(start, 16) : file.all)
      await file.convert('shared', file.all)
      await file.punchHole(file.all)
    }
    await file.convert('private', file.all)
    await file.expectWhole(file.all)
    await file.matchesModel()
  },
})

// S-A36: concurrent first touches of one huge page take one page from the pool: a file of all free pages never runs out.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'threads and vCPUs that touch the last huge pages concurrently all succeed',
  rules: ['S-A36', 'S-A22', 'S-A11'],
  bugs: ['A-6', 'O-6'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run({ memory, pools, check }) {
    for (const initially of ['shared', 'private'] as const) {
      const { free, reserved } = await pools.counters('2M')
      const units = free - reserved
      const file = await memory({ pages: units * 512, hugePages: '2M', initially })
      for (let unit = 0; unit < Math.min(units, 6); unit += 1) {
        const first = unit * 512
        const touch = { times: 1 } as const
        const guests = [0, 511, 77].map((at) => ({ ...touch, does: 'guest-read', range: page(first + at) }) as const)
        const hosts = [1, 2, 0, 510].map((at) => ({ ...touch, does: 'host-read', range: page(first + at) }) as const)
        const reports = await file.race(2000, initially === 'shared' ? [...hosts, ...guests] : guests)
        for (const { kind, done, faults, failed, firstUnexpected } of reports) {
          check.equal([done, faults, failed, firstUnexpected], [1, 0, 0, ''], `${kind}: pages, faults, errors, exits`)
        }
        const left = (await pools.counters('2M')).free
        check.equal(left, free - unit - 1, 'huge pages that are free after first touches of one more')
      }
      await file.allocate(file.all)
      await file.matchesModel(pages(0, 512))
      await file.close()
    }
  },
})

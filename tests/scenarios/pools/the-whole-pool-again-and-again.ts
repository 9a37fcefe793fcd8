// S-A25, S-A36: huge pages, split or not, are back in the pool when close or a hole returns: the next file can take all of them.
import { gmemFlags, pageSize, scenario } from '../../../harness/api.ts'

const rounds = 12

export default scenario({
  title: 'a file of the whole pool can be created as soon as the one before it is closed',
  rules: ['S-A25', 'S-A36', 'S-A30'],
  bugs: ['A-11', 'A-33'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run({ agent, dialect, pools, check, expectDone }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const before = await pools.counters('2M')
    const size = (before.free - before.reserved) * 512 * pageSize
    const flags = gmemFlags.supportShared | gmemFlags.hugetlb | gmemFlags.huge2M
    for (let round = 0; round < rounds; round += 1) {
      const initial = round % 2 === 0 ? gmemFlags.initPrivate : 0n
      const created = await agent.gmem.create({ vm, size, flags: flags | initial })
      const { gmem } = expectDone(created, `creating file ${round}`)
      expectDone(await agent.gmem.allocate(gmem, 0, size), `allocating all of file ${round}`)
      const conversion = { target: gmem, dialect, offset: 2 * pageSize, size: size - 4 * pageSize } as const
      for (const to of ['shared', 'private'] as const) {
        expectDone(await agent.gmem.convert({ ...conversion, to }), `converting file ${round} to ${to}`)
      }
      expectDone(await agent.gmem.punchHole(gmem, 0, size), `a hole in all of file ${round}`)
      expectDone(await agent.gmem.allocate(gmem, 0, size), `allocating file ${round} again`)
      expectDone(await agent.close(gmem), `closing file ${round}`)
    }
    check.equal(await pools.counters('2M'), before, 'the pool in the end')
  },
})

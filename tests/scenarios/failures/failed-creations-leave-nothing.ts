// S-A36: the creation of a file that is too large for the pool is ENOMEM, and leaves no reservation, no inode and no tree.
import { gmemFlags, pageSize, scenario } from '../../../harness/api.ts'

const rounds = 30

export default scenario({
  title: 'creations that fail for lack of huge pages leave no reservation, no inode and no tree',
  rules: ['S-A36', 'S-A2', 'S-A37'],
  bugs: ['O-12', 'A-37'],
  needs: ['in-place-conversion', 'hugetlb', 'slab-counters', 'gmem-inode-counter', 'hugetlb-cgroup'],
  pools: { '2M': 2 },
  async run({ agent, pools, check, mapleNodes, enterGroup, expectDone, expectErrno }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const { free, reserved, ...rest } = await pools.counters('2M')
    const group = await enterGroup('refused')
    const whole = 512 * pageSize
    const huge = gmemFlags.supportShared | gmemFlags.hugetlb | gmemFlags.huge2M
    const sixteenGigabytes = 34n << 26n
    const cases = [
      {
        what: 'one page more than is free',
        size: (free - reserved + 1) * whole,
        flags: huge,
        wanted: 'ENOMEM',
      },
      { what: 'a terabyte', size: 2 ** 40, flags: huge | gmemFlags.initPrivate, wanted: 'ENOMEM' },
      { what: 'half a huge page', size: whole / 2, flags: huge, wanted: 'EINVAL' },
      {
        what: 'pages of 16G',
        size: 2 ** 34,
        flags: gmemFlags.supportShared | gmemFlags.hugetlb | sixteenGigabytes,
        wanted: 'EINVAL',
      },
    ] as const
    await mapleNodes()
    const nodes = await mapleNodes()
    for (let round = 0; round < rounds; round += 1) {
      for (const { what, wanted, ...options } of cases) {
        expectErrno(await agent.gmem.create({ vm, ...options }), wanted, `creating a file of ${what}`)
      }
    }
    check.equal(await pools.counters('2M'), { free, reserved, ...rest }, 'the pool after failed creations')
    check.equal(await group.charges('2M'), { used: 0, reserved: 0 }, 'charges of the group for failed creations')
    check.between((await mapleNodes()) - nodes, -rounds, rounds, 'nodes of trees that they left')
    await group.leave()
  },
})

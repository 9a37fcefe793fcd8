// K-leaks: creations leave no object, no page and no descriptor, neither those that succeed nor those that are refused.
import { call, gmemFlags, hugePageBytes, made, pageSize, scenario } from '../../../harness/api.ts'

const shared = gmemFlags.supportShared
const huge = shared | gmemFlags.hugetlb | gmemFlags.huge2M
const gigantic = shared | gmemFlags.hugetlb | gmemFlags.huge1G
const unit = hugePageBytes['2M']
const times = 1100

export default scenario({
  title: 'creations leave nothing behind, refused or closed again',
  rules: ['K-leaks', 'S-A2'],
  needs: ['in-place-conversion', 'hugetlb', 'slab-counters'],
  pools: { '2M': 4 },
  async run({ agent, pools, leavesNothing, expectDone }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const { free, reserved } = await pools.counters('2M')
    const refused = (size: number | bigint, flags: bigint, errno: 'EINVAL' | 'ENOMEM') =>
      call('gmemCreate', { vm, size, flags }, { errno })
    const closed = (size: number, flags: bigint, index: number) => [
      call('gmemCreate', { vm, size, flags }),
      call('close', { handle: made(index) }),
    ]
    await leavesNothing({
      what: 'creations with wrong arguments',
      times,
      round: [
        refused(pageSize, 1n << 63n, 'EINVAL'),
        refused(0, shared, 'EINVAL'),
        refused(-4096, shared, 'EINVAL'),
        refused(pageSize + 1, shared, 'EINVAL'),
        refused(pageSize, gmemFlags.initPrivate, 'EINVAL'),
        refused(unit / 2, huge, 'EINVAL'),
        refused(unit, gigantic, 'EINVAL'),
        refused(2 ** 34, shared | gmemFlags.hugetlb | (34n << 26n), 'EINVAL'),
      ],
    })
    await leavesNothing({
      what: 'creations that are too large for the pool',
      times,
      round: [
        refused((free - reserved + 1) * unit, huge, 'ENOMEM'),
        refused(2 ** 40, huge | gmemFlags.initPrivate, 'ENOMEM'),
      ],
    })
    await leavesNothing({
      what: 'files that are closed at once',
      times,
      round: [
        ...closed(pageSize, shared, 0),
        ...closed(64 * pageSize, shared | gmemFlags.initPrivate, 2),
        ...closed(2 * unit, huge, 4),
      ],
    })
  },
})

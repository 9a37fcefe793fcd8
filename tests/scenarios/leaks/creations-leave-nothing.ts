// K-leaks: creations leave no object, no page and no descriptor, neither those that succeed nor those that are refused.
import { call, gmemFlags, hugePageBytes, made, pageSize, scenario } from '../../../harness/api.ts'

const unit = hugePageBytes['2M']
const times = 1100

export default scenario({
  title: 'creations leave nothing behind, refused or closed again',
  rules: ['K-leaks', 'S-A2'],
  needs: ['in-place-conversion', 'slab-counters'],
  pools: { '2M': 4 },
  async run({ agent, pools, uapi, offered, leavesNothing, expectDone }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const shared = uapi.flagsFor({ initially: 'shared' })
    const refused = (size: number | bigint, flags: bigint, errno: 'EINVAL' | 'ENOMEM') =>
      call('gmemCreate', { vm, size, flags }, { errno })
    const closed = (size: number, flags: bigint, index: number) => [
      call('gmemCreate', { vm, size, flags }),
      call('close', { handle: made(index) }),
    ]
    const [ofHugePages] = offered([{ hugePages: '2M' } as const])
    const huge = uapi.flagsFor({ initially: 'shared', hugePages: '2M' })
    const wrongSizes = [
      refused(unit / 2, huge, 'EINVAL'),
      refused(unit, uapi.flagsFor({ initially: 'shared', hugePages: '1G' }), 'EINVAL'),
      refused(2 ** 34, shared | gmemFlags.hugetlb | (34n << 26n), 'EINVAL'),
    ]
    const invalid = [1n, 2n, 3n].filter((flags) => !uapi.creation.valid.includes(flags))
    await leavesNothing({
      what: 'creations with wrong arguments',
      times,
      round: [
        refused(pageSize, 1n << 63n, 'EINVAL'),
        refused(0, shared, 'EINVAL'),
        refused(-4096, shared, 'EINVAL'),
        refused(pageSize + 1, shared, 'EINVAL'),
        ...invalid.map((flags) => refused(pageSize, flags, 'EINVAL')),
        ...(ofHugePages === undefined ? [] : wrongSizes),
      ],
    })
    await leavesNothing({
      what: 'files that are closed at once',
      times,
      round: [
        ...closed(pageSize, shared, 0),
        ...closed(64 * pageSize, uapi.flagsFor({ initially: 'private' }), 2),
        ...closed(2 * unit, uapi.flagsFor({ initially: 'shared', ...ofHugePages }), 4),
      ],
    })
    if (ofHugePages === undefined) return
    const { free, reserved } = await pools.counters('2M')
    await leavesNothing({
      what: 'creations that are too large for the pool',
      times,
      round: [
        refused((free - reserved + 1) * unit, huge, 'ENOMEM'),
        refused(2 ** 40, uapi.flagsFor({ initially: 'private', hugePages: '2M' }), 'ENOMEM'),
      ],
    })
  },
})

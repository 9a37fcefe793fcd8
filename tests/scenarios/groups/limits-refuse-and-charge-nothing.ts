// K-groups, K-leaks: a limit refuses reservations and first touches as often as they are tried, counts them, and charges nothing.
import {
  call,
  fallocateModes,
  gmemFlags,
  hugePageBytes,
  made,
  page,
  pageSize,
  pages,
  pagesPerHugePage,
  scenario,
} from '../../../harness/api.ts'

const times = 1100
const sizeFlags = { '2M': gmemFlags.huge2M, '1G': gmemFlags.huge1G } as const

export default scenario({
  title: 'limits of a control group refuse a thousand times, are counted, and leave no charge',
  rules: ['K-groups', 'K-leaks', 'S-A36', 'S-A37'],
  needs: ['in-place-conversion', 'hugetlb', 'hugetlb-cgroup', 'slab-counters', 'pre-fault'],
  pools: { '2M': 4, '1G': 1 },
  timeout: 30,
  async run({ memory, enterGroup, dyingGroups, pools, leavesNothing, agent, check, expectDone }) {
    for (const size of ['2M', '1G'] as const) {
      const bytes = hugePageBytes[size]
      // The rounds before the first look of `leavesNothing` count, too.
      const refused = times + times / 10
      const inUnit = pagesPerHugePage(size)
      const group = await enterGroup('limited')
      const flags = gmemFlags.supportShared | gmemFlags.hugetlb | sizeFlags[size]
      const units = size === '2M' ? 2 : 1
      const file = await memory({ pages: units * inUnit, hugePages: size, initially: 'shared' })
      const { vm, gmem, mapping, vcpu, gpa } = file.handles
      const reserved = units * bytes
      const before = await pools.counters(size)

      const create = { vm, size: bytes, flags }
      await group.limit(size, 'reserved', reserved)
      const creation = call('gmemCreate', create, { errno: 'ENOMEM' })
      await leavesNothing({ what: `reservations of ${size} pages over a limit`, times, round: [creation] })
      check.equal(await group.charges(size), { used: 0, reserved }, `charges after refused reservations of ${size}`)
      check.equal(await group.refusals(size), refused, `refused reservations of ${size} that the group counts`)
      await group.limit(size, 'reserved', 'max')
      if (units > 1) {
        await leavesNothing({
          what: `reservations of ${size} pages under a limit`,
          times,
          round: [call('gmemCreate', create), call('close', { handle: made(0) })],
        })
        check.equal(await group.charges(size), { used: 0, reserved }, `charges after reservations of ${size}`)
      }

      await group.limit(size, 'used', 0)
      const again = await agent.host.mmap({ file: gmem, length: bytes })
      const { mapping: second } = expectDone(again, 'mapping the file again')
      const cpu = await vcpu()
      await leavesNothing({
        what: `first touches of ${size} pages over a limit`,
        times,
        round: [
          call(
            'fallocate',
            { file: gmem, mode: fallocateModes.keepSize, offset: 0, length: bytes },
            { errno: 'ENOSPC' },
          ),
          call('hostRead', { mapping: second, offset: 0, size: 8 }, { outcome: 'sigbus' }),
          call('guestRead', { vcpu: cpu, gpa, size: 8, timeout: agent.patience.for(1_000) }, { errno: 'ENOSPC' }),
          call('preFault', { vcpu: cpu, gpa, size: pageSize, flags: 0 }, { errno: 'ENOSPC' }),
        ],
      })
      check.equal(await group.charges(size), { used: 0, reserved }, `charges after refused touches of ${size}`)
      check.equal(await group.nodes(size), { total: 0, perNode: [0] }, `use by node after refused touches of ${size}`)
      check.equal(await group.refusals(size), 5 * refused, `refused charges of ${size} that the group counts`)
      check.equal(await pools.counters(size), before, `the pool of ${size} after refused touches`)
      await group.limit(size, 'used', bytes)
      await file.host.fill(page(3), 0x44)
      await file.convert('private', pages(0, inUnit))
      check.equal(
        await group.charges(size),
        { used: bytes, reserved },
        `charges of ${size} after a touch under the limit`,
      )
      for (const one of [mapping, second]) {
        if (one !== undefined) expectDone(await agent.host.munmap(one), 'unmapping the file')
      }
      expectDone(await agent.close(gmem), 'closing the file')
      check.equal(await group.charges(size), { used: 0, reserved: 0 }, `charges for ${size} pages of a closed file`)
      await group.leave()
      check.equal(await dyingGroups(), 0, `removed groups that refusals of ${size} pages have left behind`)
    }
  },
})

// S-A2, S-A36: what a pool can promise to a new file is what no other file has or was promised, in each state that huge pages can be in.
import {
  fallocateModes,
  gmemFlags,
  hugePageBytes,
  page,
  pageSize,
  scenario,
  type HugePageSize,
  type Memory,
} from '../../../harness/api.ts'

const flagsOf = {
  '2M': gmemFlags.supportShared | gmemFlags.hugetlb | gmemFlags.huge2M,
  '1G': gmemFlags.supportShared | gmemFlags.hugetlb | gmemFlags.huge1G,
}

/** What brings all huge pages of a file, private at first, into a state. */
const states = {
  reserved: async () => undefined,
  allocated: async (file) => file.allocate(file.all),
  split: async (file) => {
    await file.allocate(file.all)
    await file.convertEach('shared', { every: file.model.pagesPerUnit, order: 'forward' })
  },
  merged: async (file) => {
    await file.allocate(file.all)
    const { pagesPerUnit } = file.model
    await file.convertEach('shared', { every: pagesPerUnit, order: 'forward' })
    await file.convertEach('private', { every: pagesPerUnit, order: 'forward' })
  },
  'reserved again': async (file) => {
    await file.allocate(file.all)
    await file.punchHole(file.all)
  },
  'partly allocated': async (file) => file.allocate(page(0)),
} satisfies Record<string, (file: Memory) => Promise<unknown>>

export default scenario({
  title: 'a new file gets the huge pages that other files leave, and not one more',
  rules: ['S-A2', 'S-A36'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4, '1G': 1 },
  timeout: 30,
  async run({ memory, pools, agent, check, expectDone, expectErrno }) {
    for (const size of ['2M', '1G'] satisfies HugePageSize[]) {
      const before = await pools.counters(size)
      const all = before.free - before.reserved
      const held = Math.ceil(all / 2)
      for (const [state, reach] of Object.entries(states)) {
        const file = await memory({
          pages: (held * hugePageBytes[size]) / pageSize,
          hugePages: size,
          initially: 'private',
        })
        const { vm } = file.handles
        await reach(file)
        const beside = await pools.counters(size)
        const create = async (count: number) =>
          agent.gmem.create({ vm, size: count * hugePageBytes[size], flags: flagsOf[size] })
        const what = `huge pages of ${size} beside ${held} of ${all} that are ${state}`
        expectErrno(await create(all - held + 1), 'ENOMEM', `creating a file of ${all - held + 1} ${what}`)
        if (held < all) {
          const rest = expectDone(await create(all - held), `creating a file of ${all - held} ${what}`)
          const length = (all - held) * hugePageBytes[size]
          expectDone(await agent.gmem.fallocate(rest.gmem, fallocateModes.keepSize, 0, length), `allocating ${what}`)
          expectDone(await agent.close(rest.gmem), 'closing the file of the rest')
        }
        check.equal(await pools.counters(size), beside, `the pool after trying to have ${what}`)
        await file.close()
        check.equal(await pools.counters(size), before, `the pool after files of ${what}`)
      }
    }
  },
})

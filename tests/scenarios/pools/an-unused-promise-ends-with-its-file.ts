// S-A36: pages that a pool kept only for the reservation of a file are freed with the file, as with hugetlbfs.
import { gmemFlags, scenario } from '../../../harness/api.ts'

const size = 4 * 1024 * 1024

export default scenario({
  title: 'surplus pages that a pool kept for a file are freed with the file, as with hugetlbfs',
  rules: ['S-A36'],
  bugs: ['O-11', 'A-33'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run({ agent, pools, check, expectDone }) {
    const { total } = await pools.counters('2M')
    // A kernel that loses reservations may have lost some before.
    const kept = await pools.resize('2M', 0)
    const before = await pools.counters('2M')
    check.equal(await pools.resize('2M', total), total, 'the pool before any file')
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const hugetlb = 4 // MFD_HUGETLB
    const reserve = {
      hugetlbfs: async (): Promise<() => Promise<void>> => {
        const { file } = expectDone(await agent.files.memfd(size, hugetlb), 'making a file of hugetlbfs')
        const { mapping } = expectDone(await agent.host.mmap({ file, length: size }), 'mapping it')
        return async () => {
          expectDone(await agent.host.munmap(mapping), 'unmapping it')
          expectDone(await agent.close(file), 'closing the file of hugetlbfs')
        }
      },
      guest_memfd: async (): Promise<() => Promise<void>> => {
        const flags = gmemFlags.supportShared | gmemFlags.hugetlb | gmemFlags.huge2M
        const { gmem } = expectDone(await agent.gmem.create({ vm, size, flags }), 'creating a guest_memfd')
        return async () => {
          expectDone(await agent.close(gmem), 'closing the guest_memfd')
        }
      },
    }
    const left: Record<string, unknown> = {}
    for (const [kind, make] of Object.entries(reserve)) {
      const release = await make()
      check.equal(await pools.resize('2M', 0), kept + 2, `the pool with two pages reserved by ${kind}`)
      await release()
      left[kind] = await pools.counters('2M')
      check.equal(await pools.resize('2M', total), total, 'the pool as it was')
    }
    check.equal<unknown>(left, { hugetlbfs: before, guest_memfd: before }, 'counters of an emptied pool')
  },
})

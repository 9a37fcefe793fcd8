// S-A2: HUGETLB accepts a page size in bits 58 to 63 that the kernel supports; a size without HUGETLB, or with an unknown bit, is EINVAL.
import { gmemFlags, hugePageBytes, scenario } from '../../../harness/api.ts'

const { supportShared, initPrivate, hugetlb, huge2M } = gmemFlags
const sizeOf = (log: number): bigint => BigInt(log) << 58n
const known = { default: 0, '2M': 21, '1G': 30 }
/** Each of these makes a file of 2M pages. */
const accepted = [0n, supportShared, supportShared | initPrivate].flatMap((flags) => [
  flags | hugetlb,
  flags | hugetlb | huge2M,
])
const sizes = Array.from({ length: 64 }, (_, log) => log)
const unknown = sizes.filter((log) => !Object.values(known).includes(log))
const foreignBits = Array.from({ length: 55 }, (_, index) => 1n << BigInt(index + 3))

const refused = [
  { what: 'a page size without HUGETLB', flags: sizes.slice(1).map((log) => supportShared | sizeOf(log)) },
  {
    what: 'a page size that does not exist',
    flags: unknown.map((log) => supportShared | hugetlb | sizeOf(log)),
  },
  { what: 'an unknown bit', flags: foreignBits.map((bit) => supportShared | hugetlb | huge2M | bit) },
  { what: 'INIT_PRIVATE without SUPPORT_SHARED', flags: [initPrivate | hugetlb | huge2M] },
]

export default scenario({
  title: 'the flag HUGETLB accepts no page size or one that the kernel supports, and a size needs HUGETLB',
  rules: ['S-A2', 'S-A36'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 2 },
  async run({ agent, check, pools, expectDone, expectErrno }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    // A multiple of each page size, and more than the pools of large pages have: the flags alone must decide.
    const size = 2 ** 31
    const before = [await pools.counters('2M'), await pools.counters('1G')]

    for (const flags of accepted) {
      const reply = await agent.gmem.create({ vm, size: hugePageBytes['2M'], flags })
      const { gmem } = expectDone(reply, `creating a file with flags 0x${flags.toString(16)}`)
      const status = expectDone(await agent.gmem.status(gmem), 'asking for the status')
      check.equal(status.blockSize, hugePageBytes['2M'], `st_blksize with flags 0x${flags.toString(16)}`)
      await agent.close(gmem)
    }
    for (const { what, flags: list } of refused) {
      for (const flags of list) {
        const reply = await agent.gmem.create({ vm, size, flags })
        expectErrno(reply, 'EINVAL', `creating a file with ${what}, flags 0x${flags.toString(16)}`)
      }
    }
    check.equal([await pools.counters('2M'), await pools.counters('1G')], before, 'the pools afterwards')
  },
})

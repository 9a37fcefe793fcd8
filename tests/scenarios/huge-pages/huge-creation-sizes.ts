// S-A2: a file of huge pages has a positive number of whole huge pages; more than the pool can reserve is ENOMEM and reserves nothing.
import { gmemFlags, hugePageBytes, pageSize, scenario } from '../../../harness/api.ts'

const { supportShared, hugetlb, huge2M, huge1G } = gmemFlags
const [two, one] = [hugePageBytes['2M'], hugePageBytes['1G']]
const notWhole = [
  { what: 'no size', flags: huge2M, size: 0 },
  { what: 'one 4K page', flags: huge2M, size: pageSize },
  { what: '2M less a 4K page', flags: huge2M, size: two - pageSize },
  { what: '2M and a 4K page', flags: huge2M, size: two + pageSize },
  { what: '2M and a byte', flags: huge2M, size: two + 1 },
  { what: 'minus 2M', flags: huge2M, size: -two },
  { what: '2M of 1G pages', flags: huge1G, size: two },
  { what: '1G and 2M of 1G pages', flags: huge1G, size: one + two },
]

export default scenario({
  title: 'a file of huge pages has whole huge pages, and more than the pool can reserve is ENOMEM',
  rules: ['S-A2', 'S-A36'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run({ agent, check, pools, expectDone, expectErrno }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const create = (size: number, flags = huge2M) =>
      agent.gmem.create({ vm, size, flags: supportShared | hugetlb | flags })
    const before = { '2M': await pools.counters('2M'), '1G': await pools.counters('1G') }
    const free = before['2M'].free - before['2M'].reserved

    for (const { what, flags, size } of notWhole) {
      expectErrno(await create(size, flags), 'EINVAL', `creating a file of ${what}`)
    }
    for (let round = 0; round < 20; round += 1) {
      expectErrno(await create((free + 1) * two), 'ENOMEM', 'creating a file of one huge page too many')
    }
    const tooMany1G = before['1G'].free - before['1G'].reserved + 1
    expectErrno(await create(tooMany1G * one, huge1G), 'ENOMEM', 'creating a file of one 1G page too many')
    expectErrno(await create(2 ** 50), 'ENOMEM', 'creating a file of 2^50 bytes')
    check.equal(await pools.counters('2M'), before['2M'], 'the pool of 2M pages after the refusals')
    check.equal(await pools.counters('1G'), before['1G'], 'the pool of 1G pages after the refusals')

    // A reserved page counts as free, but no other file may take it.
    const { gmem } = expectDone(await create((free - 1) * two), 'creating a file of all free pages but one')
    expectErrno(await create(2 * two), 'ENOMEM', 'creating a file of two pages when one is left')
    const last = expectDone(await create(two), 'creating a file of the last page')
    expectErrno(await create(two), 'ENOMEM', 'creating a file when no page is left')
    const wanted = { ...before['2M'], reserved: before['2M'].reserved + free }
    check.equal(await pools.counters('2M'), wanted, 'the pool when all of it is set apart')

    await agent.close(last.gmem)
    await agent.close(gmem)
    check.equal(await pools.counters('2M'), before['2M'], 'the pool after closing the files')
  },
})

// S-A34, S-A36, S-A37: st_blocks, the pool and the control groups count a huge page of each size at each step as one page of its
// size: first touches beyond the first 2M, splits, merges, holes in parts of it, and a group that goes while it is split or whole.
import { page, pages, hugePageBytes, scenario, type Memory } from '../../../harness/api.ts'
import { placesOfBothSizes, type HugePlaces } from '../common/huge-page-places.ts'

const outer = '/sys/fs/cgroup/outer'

/** Changes of the layout and holes in parts; the huge page is allocated and stays so. */
async function change(
  file: Memory,
  { huge, places }: HugePlaces,
  look: (when: string) => Promise<void>,
): Promise<void> {
  const [, early, middle, , last] = places
  await file.convert('shared', page(middle))
  await file.host.fill(page(middle), 0x57)
  await look('split by a page in the middle')
  await file.punchHole(pages(1, last))
  await look('with a hole behind its first page')
  await file.convert('private', page(middle))
  await look('merged')
  await file.punchHole(pages(early, huge - 2 * early))
  await look('with a hole in its middle')
}

export default scenario({
  title: 'a huge page of each size counts as one page of that size, in st_blocks, the pool and control groups',
  rules: ['S-A34', 'S-A36', 'S-A37', 'S-A4'],
  needs: ['in-place-conversion', 'hugetlb', 'hugetlb-cgroup'],
  pools: { '2M': 2, '1G': 1 },
  timeout: 30,
  async run({ memory, pools, enterGroup, agent, check, expectDone }) {
    expectDone(await agent.files.makeDirectory(outer), 'making a group')
    const control = await agent.files.writeFile(`${outer}/cgroup.subtree_control`, '+hugetlb')
    expectDone(control, 'giving it control of huge pages')
    for (const both of placesOfBothSizes) {
      const { size, huge, places } = both
      const bytes = hugePageBytes[size]
      const before = await pools.counters(size)
      // The group goes while the huge page is split, then while it is whole.
      for (const layout of ['split', 'whole'] as const) {
        const group = await enterGroup('outer/inner')
        const file = await memory({ pages: huge, hugePages: size, initially: 'private' })
        const expectCounted = async (allocated: 0 | 1, of: string, when: string): Promise<void> => {
          const reserved = before.reserved + 1 - allocated
          const counters = { ...before, free: before.free - allocated, reserved }
          check.equal(await pools.counters(size), counters, `the pool of ${size} pages, ${when}`)
          const { blocks, blockSize } = expectDone(await agent.gmem.status(file.handles.gmem), 'asking for the status')
          check.equal([blocks, blockSize], [allocated * huge * 8, bytes], `st_blocks and st_blksize, ${when}`)
          const charged = [
            await agent.files.readNumber(`${of}/hugetlb.${size}B.current`),
            await agent.files.readNumber(`${of}/hugetlb.${size}B.rsvd.current`),
          ]
          check.equal(charged, [allocated * bytes, bytes], `bytes of ${size} pages used and reserved, ${when}`)
        }
        const inner = `${outer}/inner`
        await expectCounted(0, inner, 'not allocated')
        await file.allocate(page(places[3]))
        await expectCounted(1, inner, 'allocated')
        await change(file, both, (when) => expectCounted(1, inner, when))

        if (layout === 'split') await file.convert('shared', page(places[4]))
        await group.leave()
        await expectCounted(1, outer, `${layout} when its group went`)
        await change(file, both, (when) => expectCounted(1, outer, `${when} after its group went`))
        await file.punchHole(file.all)
        await expectCounted(0, outer, 'freed by a hole')

        await file.close()
        check.equal(await pools.counters(size), before, `the pool of ${size} pages without the file`)
      }
    }
    expectDone(await agent.files.removeDirectory(outer), 'removing the other group')
  },
})

// S-A3: the kernel rounds the address of a mapping of huge pages up; the mapping must not replace a part of the one above it.
import { hugePageBytes, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = hugePageBytes['2M']

export default scenario({
  title: 'a mapping of huge pages replaces no part of other mappings',
  rules: ['S-A3'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 2 },
  async run({ agent, check, memory, expectDone }) {
    const pages = 2 * pagesPerHugePage('2M')
    const file = await memory({ pages, hugePages: '2M', initially: 'shared', mapped: false })
    for (const length of [huge, 2 * huge]) {
      // The kernel places each mapping below the last one, and fills gaps that are large enough.
      const neighbour = expectDone(await agent.host.mmap({ length: 4 * huge }), 'mapping a neighbour')
      expectDone(await agent.host.fill(neighbour.mapping, 0, 4 * huge, { seed: 7 }), 'writing to it')
      const placed = expectDone(await agent.host.mmap({ file: file.handles.gmem, length }), 'mapping huge pages')
      const distance = neighbour.address - placed.address
      check.that(
        distance >= BigInt(length) || -distance >= BigInt(4 * huge),
        `huge pages at 0x${placed.address.toString(16)} end before the neighbour at 0x${neighbour.address.toString(16)}`,
      )
      expectDone(await agent.host.fill(placed.mapping, 0, length, { byte: 0x21 }), 'writing to the huge pages')
      const { mismatches } = expectDone(
        await agent.host.verify(neighbour.mapping, 0, 4 * huge, { seed: 7 }),
        'reading the neighbour',
      )
      check.equal(mismatches, 0, 'words of the neighbour that differ')
    }
  },
})

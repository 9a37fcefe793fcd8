// S-A3: a mapping has whole huge pages at an aligned address; the kernel finds such an address, and the caller of MAP_FIXED has to.
import { hugePageBytes, mapFlags, pageSize, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = hugePageBytes['2M']
const lengths = [
  { what: 'one 4K page', length: pageSize },
  { what: '2M less a 4K page', length: huge - pageSize },
  { what: '2M and a 4K page', length: huge + pageSize },
]

export default scenario({
  title: 'a mapping of huge pages has whole huge pages at an aligned address',
  rules: ['S-A3'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run({ agent, check, memory, expectDone, expectErrno }) {
    const pages = 2 * pagesPerHugePage('2M')
    const file = await memory({ pages, hugePages: '2M', initially: 'shared', mapped: false })
    const { gmem } = file.handles

    for (const { what, length } of lengths) {
      expectErrno(await agent.host.mmap({ file: gmem, length }), 'EINVAL', `mapping ${what}`)
    }
    for (let round = 0; round < 4; round += 1) {
      const { address, mapping } = expectDone(await agent.host.mmap({ file: gmem, length: huge }), 'mapping 2M')
      check.equal(address % BigInt(huge), 0n, `distance of 0x${address.toString(16)} from a huge page's place`)
      if (round % 2 === 1) await agent.host.munmap(mapping)
    }
    const { address, mapping: place } = expectDone(await agent.host.mmap({ length: 4 * huge }), 'finding a place')
    const aligned = (address / BigInt(huge) + 1n) * BigInt(huge)
    const fixed = (at: bigint, flags: number = mapFlags.shared) =>
      agent.host.mmap({ file: gmem, length: huge, address: at, flags: flags | mapFlags.fixed })
    for (const off of [pageSize, huge / 2, huge - pageSize]) {
      const reply = await fixed(aligned + BigInt(off))
      expectErrno(reply, 'EINVAL', `mapping at ${off} bytes behind a huge page's place`)
    }
    expectErrno(await fixed(aligned, mapFlags.private), 'EINVAL', 'mapping with MAP_PRIVATE')
    const { mapping } = expectDone(await fixed(aligned), "mapping at a huge page's place")
    expectDone(await agent.host.fill(mapping, 0, pageSize, { byte: 0x21 }), 'writing there')
    const { runs } = await agent.host.scan(mapping, 0, 2 * pageSize)
    check.equal(
      runs.map(({ value }) => value),
      [0x21, 0],
      'host view of that address',
    )
    await agent.host.munmap(mapping)
    await agent.host.munmap(place)

    for (const hint of [aligned, aligned + BigInt(pageSize)]) {
      const wanted = ((hint + BigInt(huge) - 1n) / BigInt(huge)) * BigInt(huge)
      const { address: found, mapping: hinted } = expectDone(
        await agent.host.mmap({ file: gmem, length: huge, address: hint }),
        'mapping at a place that is wished for',
      )
      check.equal(found, wanted, `address for the wish 0x${hint.toString(16)}`)
      await agent.host.munmap(hinted)
    }
  },
})

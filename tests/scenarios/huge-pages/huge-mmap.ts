// S-A3: a mapping has whole huge pages at an aligned address; the kernel finds such an address, and the caller of MAP_FIXED has to.
import {
  hugePageBytes,
  mapFlags,
  pageSize,
  pagesPerHugePage,
  scenario,
  type Memory,
  type ScenarioContext,
} from '../../../harness/api.ts'

const huge = hugePageBytes['2M']
const lengths = [
  { what: 'one 4K page', length: pageSize },
  { what: '2M less a 4K page', length: huge - pageSize },
  { what: '2M and a 4K page', length: huge + pageSize },
]

/** Without MAP_FIXED a place that is wished for is taken only if all of it is free. */
async function keepsWhatIsThere(words: ScenarioContext, file: Memory['handles']['gmem']): Promise<void> {
  const { agent, check, expectDone } = words
  const { address, mapping } = expectDone(await agent.host.mmap({ length: 6 * huge }), 'mapping other memory')
  const first = BigInt(huge) - (address % BigInt(huge))
  expectDone(await agent.host.fill(mapping, 0, 6 * huge, { byte: 0x33 }), 'writing to it')
  // A gap of one huge page, with other memory before and behind it.
  expectDone(await agent.host.munmap(mapping, { offset: Number(first) + 2 * huge, length: huge }), 'making a gap')
  const kept = [
    [0, Number(first) + 2 * huge],
    [Number(first) + 3 * huge, 3 * huge - Number(first)],
  ] as const
  const wishes = [
    { place: 'other memory', at: first, length: huge },
    { place: 'other memory with a gap behind it', at: first + BigInt(huge), length: 2 * huge },
    { place: 'a gap that is too small', at: first + BigInt(2 * huge), length: 2 * huge },
  ]
  for (const { place, at, length } of wishes) {
    const reply = await agent.host.mmap({ file, length, address: address + at })
    const { mapping: elsewhere } = expectDone(reply, `mapping with a wish for ${place}`)
    for (const [offset, size] of kept) {
      const { runs } = expectDone(await agent.host.scan(mapping, offset, size), 'looking at the other memory')
      const values = runs.map(({ value }) => value)
      check.equal(values, [0x33], `the other memory from ${offset} on, after a wish for ${place}`)
    }
    await agent.host.munmap(elsewhere)
  }
  await agent.host.munmap(mapping)
}

export default scenario({
  title: 'a mapping of huge pages has whole huge pages at an aligned address',
  rules: ['S-A3'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run(words) {
    const { agent, check, memory, expectDone, expectErrno } = words
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
    await keepsWhatIsThere(words, gmem)
    await keepsWhatIsThere(words, (await memory({ pages, initially: 'shared', mapped: false })).handles.gmem)
  },
})

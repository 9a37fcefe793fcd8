// S-A28: fallocate allocates or punches holes, and never changes the size; the kernel checks the mode before the alignment.
import { fallocateModes, pageSize, scenario } from '../../../harness/api.ts'

const { keepSize, punchHole, collapseRange, zeroRange } = fallocateModes
const [noHideStale, insertRange, unshareRange, unknown] = [0x04, 0x20, 0x40, 0x1000]
const [aligned, misaligned] = [0, 1]

const cases = [
  { what: 'allocating', mode: keepSize, at: aligned, wanted: 'OK' },
  { what: 'punching a hole', mode: punchHole | keepSize, at: aligned, wanted: 'OK' },
  { what: 'no mode', mode: 0, at: aligned, wanted: 'EOPNOTSUPP' },
  { what: 'punching with the size', mode: punchHole, at: aligned, wanted: 'EOPNOTSUPP' },
  { what: 'zeroing', mode: zeroRange | keepSize, at: aligned, wanted: 'EOPNOTSUPP' },
  { what: 'zeroing with the size', mode: zeroRange, at: aligned, wanted: 'EOPNOTSUPP' },
  { what: 'collapsing', mode: collapseRange, at: aligned, wanted: 'EOPNOTSUPP' },
  { what: 'inserting', mode: insertRange, at: aligned, wanted: 'EOPNOTSUPP' },
  { what: 'unsharing', mode: unshareRange | keepSize, at: aligned, wanted: 'EOPNOTSUPP' },
  { what: 'showing stale data', mode: noHideStale | keepSize, at: aligned, wanted: 'EOPNOTSUPP' },
  { what: 'an unknown mode', mode: unknown | keepSize, at: aligned, wanted: 'EOPNOTSUPP' },
  { what: 'allocating misaligned', mode: keepSize, at: misaligned, wanted: 'EINVAL' },
  { what: 'punching misaligned', mode: punchHole | keepSize, at: misaligned, wanted: 'EINVAL' },
  { what: 'no mode, misaligned', mode: 0, at: misaligned, wanted: 'EOPNOTSUPP' },
  { what: 'zeroing misaligned', mode: zeroRange | keepSize, at: misaligned, wanted: 'EOPNOTSUPP' },
] as const

const ranges = [
  { what: 'one byte', offset: 0, length: 1 },
  { what: 'a byte more than a page', offset: 0, length: pageSize + 1 },
  { what: 'a page at half a page', offset: 2048, length: pageSize },
  { what: 'half a page that ends a page', offset: 2048, length: 2048 },
  { what: 'no length', offset: 0, length: 0 },
]

export default scenario({
  title: 'fallocate accepts two modes and whole pages',
  rules: ['S-A28'],
  needs: ['private-memory'],
  async run({ agent, check, memory, expectErrno }) {
    const { gmem } = (await memory({ pages: 4, initially: 'shared', slot: false, mapped: false })).handles

    for (const { what, mode, at, wanted } of cases) {
      expectErrno(await agent.gmem.fallocate(gmem, mode, at, 2 * pageSize), wanted, `fallocate: ${what}`)
    }
    for (const { what, offset, length } of ranges) {
      for (const mode of [keepSize, punchHole | keepSize]) {
        const reply = await agent.gmem.fallocate(gmem, mode, offset, length)
        expectErrno(reply, 'EINVAL', `fallocate with mode ${mode} of ${what}`)
      }
    }
    check.equal((await agent.gmem.status(gmem)).size, 4 * pageSize, 'the size of the file')
  },
})

// S-A29, S-A30: allocation behind the end of the file is EINVAL, and a hole there succeeds and does nothing.
import { fallocateModes, pageSize, scenario } from '../../../harness/api.ts'

const { keepSize, punchHole } = fallocateModes
const cases = [
  { what: 'the last page', offset: 3, length: 1, allocate: 'OK' },
  { what: 'the whole file', offset: 0, length: 4, allocate: 'OK' },
  { what: 'the last page and one more', offset: 3, length: 2, allocate: 'EINVAL' },
  { what: 'one page more than the file has', offset: 0, length: 5, allocate: 'EINVAL' },
  { what: 'the page behind the end', offset: 4, length: 1, allocate: 'EINVAL' },
  { what: 'a page far behind the end', offset: 2 ** 40, length: 1, allocate: 'EINVAL' },
] as const

export default scenario({
  title: 'allocation stops at the end of the file, and a hole may extend beyond it',
  rules: ['S-A28', 'S-A29', 'S-A30'],
  needs: ['private-memory'],
  async run({ agent, check, memory, expectErrno }) {
    const { gmem } = (await memory({ pages: 4, initially: 'shared', slot: false, mapped: false })).handles

    for (const { what, offset, length, allocate } of cases) {
      const [from, bytes] = [offset * pageSize, length * pageSize]
      const allocated = await agent.gmem.fallocate(gmem, keepSize, from, bytes)
      expectErrno(allocated, allocate, `allocating ${what}`)
      const punched = await agent.gmem.fallocate(gmem, keepSize | punchHole, from, bytes)
      expectErrno(punched, 'OK', `punching a hole at ${what}`)
    }
    check.equal((await agent.gmem.status(gmem)).size, 4 * pageSize, 'the size of the file')
  },
})

// K-mremap: a mapping gets no pages that mmap() did not check: mremap neither lengthens it nor makes a second one, and leaves it as it is.
import { page, pages, pageSize, remapFlags, scenario } from '../../../harness/api.ts'

const { mayMove, fixed, dontUnmap } = remapFlags

export default scenario({
  title: 'mremap neither grows nor duplicates a mapping, and a refusal leaves it alone',
  rules: ['K-mremap', 'S-A3', 'S-A16'],
  needs: ['convert-ioctls'],
  pools: { '2M': 2 },
  async run({ memory, agent, check, expectDone, expectErrno, offered }) {
    for (const { unit, ...options } of offered([{ unit: 8 }, { unit: 512, hugePages: '2M' }] as const)) {
      const file = await memory({ pages: 2 * unit, initially: 'shared', ...options })
      const bytes = unit * pageSize
      const { gmem } = file.handles
      const { mapping } = expectDone(await agent.host.mmap({ file: gmem, length: bytes }), 'mapping the first half')
      const { mapping: place, address } = expectDone(await agent.host.mmap({ length: 3 * bytes }), 'finding a place')
      const at = { place, placeOffset: (bytes - Number(address % BigInt(bytes))) % bytes }
      await file.host.fill(pages(0, 4), 0x21)
      await file.convert('private', page(1))

      const whole = { mapping, offset: 0, oldSize: bytes }
      const cases = [
        { what: 'growing it', ...whole, newSize: 2 * bytes, flags: 0, wanted: 'EFAULT' },
        { what: 'growing it by a page', ...whole, newSize: bytes + pageSize, flags: 0, wanted: 'EFAULT' },
        { what: 'growing it elsewhere', ...whole, newSize: 2 * bytes, flags: mayMove, wanted: 'EFAULT' },
        { what: 'growing it there', ...whole, newSize: 2 * bytes, flags: mayMove | fixed, ...at, wanted: 'EFAULT' },
        { what: 'duplicating it', ...whole, oldSize: 0, newSize: bytes, flags: mayMove, wanted: 'EFAULT' },
        {
          what: 'leaving it behind',
          ...whole,
          newSize: bytes,
          flags: mayMove | fixed | dontUnmap,
          ...at,
          wanted: 'EINVAL',
        },
      ] as const
      const view = file.viewOf(mapping)
      for (const { what, wanted, ...request } of cases) {
        expectErrno(await agent.host.mremap(request), wanted, `${what}, of ${unit} pages`)
        check.equal<unknown>(
          await view.look(pages(0, 8)),
          file.model.hostView(pages(0, 8)),
          `the mapping after ${what}`,
        )
      }
    }
  },
})

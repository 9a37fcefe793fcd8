// K-mremap, S-B11: a mapping that mremap lengthens, duplicates or leaves behind shows the pages of its file by their states, and behind the end of the file SIGBUS.
import { page, pages, pageSize, remapFlags, scenario } from '../../../harness/api.ts'

const half = 8
const bytes = half * pageSize
const { mayMove, fixed, dontUnmap } = remapFlags

export default scenario({
  title: 'mremap grows and duplicates mappings, which show shared pages alone and end with the file',
  rules: ['K-mremap', 'S-B11', 'S-A3', 'S-A16'],
  needs: ['file-attributes'],
  async run({ memory, agent, check, expectDone, expectErrno, uapi }) {
    const file = await memory({ pages: 2 * half, initially: 'shared' })
    await file.host.fill(file.all, 0x21)
    await file.convert('private', page(1))
    const { gmem } = file.handles
    const { mapping } = expectDone(await agent.host.mmap({ file: gmem, length: bytes }), 'mapping the first half')
    const wanted = uapi.expects.mappingsGrow ? 'OK' : 'EFAULT'
    const views = [{ what: 'the first half', seen: mapping, count: half }]

    for (const { what, oldSize, count, flags } of [
      { what: 'duplicating it', oldSize: 0, count: half, flags: 0 },
      { what: 'leaving it behind', oldSize: bytes, count: half, flags: dontUnmap },
      { what: 'growing it', oldSize: bytes, count: 3 * half, flags: 0 },
    ]) {
      const newSize = count * pageSize
      const { mapping: place } = expectDone(await agent.host.mmap({ length: newSize }), `finding a place for ${what}`)
      const request = { mapping, offset: 0, oldSize, newSize, flags: mayMove | fixed | flags, place }
      expectErrno(await agent.host.mremap(request), wanted, what)
      views.push({ what: `the result of ${what}`, seen: place, count })
    }
    // The last call moved the mapping away.
    views.shift()

    const looks = async (when: string): Promise<void> => {
      for (const { what, seen, count } of views) {
        const { runs } = await agent.host.scan(seen, 0, count * pageSize)
        const inFile = file.model.hostView(pages(0, Math.min(count, file.pages)))
        const behind = { first: file.pages, count: count - file.pages, value: 'sigbus' }
        const view: readonly unknown[] = count > file.pages ? [...inFile, behind] : inFile
        check.equal<unknown>(runs, view, `host view through ${what} ${when}`)
      }
    }
    await looks('after mremap')
    await file.convert('private', pages(half - 1, 4))
    await file.convert('shared', page(1))
    await looks('after conversions')
    await file.matchesModel()
  },
})

// S-A9, S-A21: the page counts the references of every process: those of a child outlive its mapping, and its end releases them.
import { advices, page, pages, pageSize, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const methods = ['gup-test', 'vmsplice', 'socket'] as const
const pinned = 33

export default scenario({
  title: 'a page that a child has pinned is refused until the child unpins it or ends',
  rules: ['S-A9', 'S-A12', 'S-A14', 'S-A19', 'S-A21'],
  needs: ['in-place-conversion', 'gup-test'],
  pools: { '2M': 1 },
  async run({ memory, agent, check, expectDone, offered }) {
    const huge = pagesPerHugePage('2M')
    for (const options of offered([{}, { hugePages: '2M' }] as const)) {
      const file = await memory({ pages: huge, initially: 'shared', ...options })
      const { mapping } = file.handles
      if (mapping === undefined) throw new Error('the file must be mapped')
      await file.host.fill(file.all, 0x51)
      for (const [index, method] of methods.entries()) {
        await using child = await agent.fork()
        const place = { mapping, offset: pinned * pageSize, size: pageSize, method }
        const { pin } = expectDone(await child.host.pin(place), `the child pinning page ${pinned} by ${method}`)
        const second = { ...place, method: 'vmsplice' } as const
        const again = expectDone(await child.host.pin(second), 'the child pinning it once more')
        expectDone(await child.host.munmap(mapping), 'the child unmapping the file')
        const size = file.pages * pageSize
        expectDone(await agent.host.madvise(mapping, 0, size, advices.dontNeed), 'unmapping all pages here')
        await file.expectRefusal('private', file.all, 'EAGAIN', pinned)
        await file.convert('private', pages(0, pinned))
        expectDone(await child.close(pin), 'the child unpinning it once')
        await file.expectRefusal('private', pages(pinned, 1), 'EAGAIN', pinned)
        await file.host.fill(page(pinned), 0x52 + index)

        if (index % 2 === 0) expectDone(await child.close(again.pin), 'the child unpinning it')
        else check.equal((await child.kill()).signal, 9, 'the signal that ended the child')
        await file.convert('private', file.all)
        await file.guest.expect(page(pinned), 0x52 + index)
        await file.convert('shared', file.all)
      }
      await file.matchesModel()
    }
  },
})

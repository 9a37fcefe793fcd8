// S-A41, S-A7: memory of pinned pages fails: the pin refuses conversions as before, and after it the page is lost and no longer in the way.
import { page, pages, scenario } from '../../../harness/api.ts'
import {
  convertPastFailures,
  expectLostByGuest,
  expectLostByHost,
  retire,
  viewWithFailures,
} from '../common/failed-pages.ts'

export default scenario({
  title: 'a memory failure of a pinned page neither ends the pin nor outlives it',
  rules: ['S-A41', 'K-failures', 'S-A7', 'S-A24'],
  bugs: ['A-24'],
  needs: ['in-place-conversion', 'pagemap', 'hwpoison-inject'],
  pools: { '2M': 1 },
  async run(words) {
    const { memory, agent, offered, check } = words
    for (const kind of offered([{}, { hugePages: '2M' }] as const)) {
      const file = await memory({ pages: 512, initially: 'shared', ...kind })
      const { mapping } = file.handles
      await file.host.fill(file.all, 0x72)
      await file.guest.expect(file.all, 0x72)
      const [first] = await file.host.frames(page(0))
      const pin = await file.pin(pages(40, 2), 'vmsplice')
      const { pfn } = await file.failMemory(page(41), 'inject')
      await expectLostByGuest(words, file, 41)
      if (mapping !== undefined) await expectLostByHost(words, agent.host, mapping, 41)
      await file.expectRefusal('private', file.all, 'EAGAIN', 40)
      await file.expectRefusal('private', page(41), 'EAGAIN', 41)
      await pin.release()
      const failed = new Set([41])
      const freed = [await convertPastFailures(words, file, file.all, failed), 0] as const
      const seen = viewWithFailures<unknown>(file.all, failed, { value: 0x72, lost: 'fault', freed })
      check.equal<unknown>(await file.guest.look(file.all), seen, 'guest view after the pin')
      await retire(words, file.handles, ['hugePages' in kind ? Number(first) : pfn])
    }
  },
})

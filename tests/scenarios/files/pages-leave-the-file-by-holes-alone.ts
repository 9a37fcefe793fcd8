// S-A4, S-A19, S-A34: the kernel neither copies pages out of the file nor drops them when memory is reclaimed: only holes free them.
import { advices, page, pages, pageSize, scenario } from '../../../harness/api.ts'

const copies = ['splice', 'sendfile', 'copy-file-range'] as const
/** All kinds of advice up to this one but the advice to punch a hole; the advice of memory errors has larger numbers. */
const lastAdvice = 25
const harmless = Array.from({ length: lastAdvice + 1 }, (_, advice) => advice).filter((it) => it !== advices.remove)
/** The advice that memory is not needed now must be taken. */
const taken: ReadonlySet<number> = new Set([advices.dontNeed, advices.pageOut])

export default scenario({
  title: 'no call copies pages out of the file, and neither advice nor a lack of caches takes them away',
  rules: ['S-A4', 'S-A19', 'S-A34'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 1 },
  async run({ memory, agent, check, expectDone }) {
    const small = await memory({ pages: 16, initially: 'private' })
    const huge = await memory({ pages: 512, hugePages: '2M', initially: 'private' })
    for (const file of [small, huge]) {
      const { gmem, mapping } = file.handles
      if (mapping === undefined) throw new Error('the file must be mapped')
      const blocks = async (): Promise<number> => expectDone(await agent.gmem.status(gmem), 'the status').blocks
      await file.convert('shared', pages(8, 8))
      await file.host.fill(pages(8, 4), 0x31)
      await file.allocate(file.all)
      // The guest's second access writes to a page that its first one has mapped: the kernel sees nothing of it.
      await file.guest.expect(pages(0, 8), 0)
      await file.guest.fill(pages(0, 4), 0x32)
      const allocated = await blocks()

      for (const call of copies) {
        for (const index of [0, 8]) {
          const reply = await agent.gmem.attempt(gmem, call, pageSize, index * pageSize)
          check.that(reply.errno !== 'OK', `${call} from page ${index} fails`)
        }
      }
      for (const round of [1, 2]) {
        for (const advice of round === 1 ? harmless : taken) {
          const { errno } = await agent.host.madvise(mapping, 0, file.pages * pageSize, advice)
          check.that(errno === 'OK' || !taken.has(advice), `advice ${advice} is taken`)
        }
        await agent.gmem.attempt(gmem, 'readahead', file.pages * pageSize)
        const dropped = await agent.gmem.attempt(gmem, 'drop-cache', file.pages * pageSize)
        expectDone(dropped, 'POSIX_FADV_DONTNEED')
        expectDone(await agent.files.writeFile('/proc/sys/vm/drop_caches', '3'), 'dropping all caches')
        check.equal(await blocks(), allocated, 'st_blocks after that')
        await file.matchesModel(pages(0, 16))
        await file.convert('shared', page(round))
        await file.convert('private', page(8 + round))
      }
      await file.matchesModel(pages(0, 16))
    }
  },
})

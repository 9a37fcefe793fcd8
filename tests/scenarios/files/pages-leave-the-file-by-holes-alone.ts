// S-A4, S-A19, S-A34: the kernel neither copies pages out of the file nor drops them when memory is reclaimed: only holes free them.
import { advices, page, pages, pageSize, scenario } from '../../../harness/api.ts'

/** How each way ends from the start of the file, where it needs no position, and from behind it. */
const copies = [
  { call: 'splice', refusals: { 0: 'EINVAL', 8: 'EINVAL' } },
  { call: 'sendfile', refusals: { 0: 'EINVAL', 8: 'ESPIPE' } },
  { call: 'copy-file-range', refusals: { 0: 'EXDEV', 8: 'EXDEV' } },
] as const
/** All kinds of advice up to this one but the advice to punch a hole; the advice of memory errors has larger numbers. */
const lastAdvice = 25
const harmless = Array.from({ length: lastAdvice + 1 }, (_, advice) => advice).filter((it) => it !== advices.remove)
/** The advice that memory is not needed now must be taken. */
const taken: ReadonlySet<number> = new Set([advices.dontNeed, advices.pageOut])
const populating: ReadonlySet<number> = new Set([advices.populateRead, advices.populateWrite])
/** Numbers without a meaning, and advice for anonymous memory or for huge pages of the page cache. */
const refused: ReadonlySet<number> = new Set([5, 6, 7, 8, 12, 13, 18, lastAdvice])
/** MADV_DODUMP is for mappings that can grow. */
const doDump = 17

/** The mapping has private pages, which cannot be populated. */
function endOf(advice: number, { mappingsGrow }: { readonly mappingsGrow: boolean }): string {
  if (populating.has(advice)) return 'EFAULT'
  return refused.has(advice) || (advice === doDump && !mappingsGrow) ? 'EINVAL' : 'OK'
}

export default scenario({
  title: 'no call copies pages out of the file, and neither advice nor a lack of caches takes them away',
  rules: ['S-A4', 'S-A19', 'S-A34'],
  pools: { '2M': 1 },
  async run({ memory, agent, uapi, check, expectDone, expectErrno, offered }) {
    for (const options of offered([{ pages: 16 }, { pages: 512, hugePages: '2M' }] as const)) {
      const file = await memory({ ...options, initially: 'private' })
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

      for (const { call, refusals } of copies) {
        for (const index of [0, 8] as const) {
          const reply = await agent.gmem.attempt(gmem, call, pageSize, index * pageSize)
          expectErrno(reply, refusals[index], `${call} from page ${index}`)
        }
      }
      for (const round of [1, 2]) {
        for (const advice of round === 1 ? harmless : taken) {
          const { errno } = await agent.host.madvise(mapping, 0, file.pages * pageSize, advice)
          check.equal(errno, endOf(advice, uapi.expects), `the result of advice ${advice}`)
        }
        const readahead = await agent.gmem.attempt(gmem, 'readahead', file.pages * pageSize)
        // A kernel may refuse it, or do nothing.
        expectErrno(readahead, ['OK', 'EINVAL'], 'readahead')
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

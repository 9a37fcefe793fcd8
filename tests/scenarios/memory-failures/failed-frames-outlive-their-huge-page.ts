// K-failed-frames, S-A41: every frame that failed in a split huge page stays out of use when the huge page goes back to its pool, and when the pool gives it up.
import { scenario } from '../../../harness/api.ts'
import { failedPages } from '../common/failed-pages.ts'

const hwpoison = 1n << 19n
const cases = [
  { failed: [5], leaves: 'close' },
  { failed: [0, 7, 511], leaves: 'close' },
  { failed: [8, 9], leaves: 'hole' },
] as const

export default scenario({
  title: 'each failed frame of a huge page stays marked after its file and its pool',
  rules: ['K-failed-frames', 'K-failures', 'S-A41', 'S-A36'],
  needs: ['in-place-conversion', 'hugetlb', 'pagemap', 'hwpoison-inject'],
  pools: { '2M': 2 },
  async run(words) {
    const { memory, agent, check, pools, failFrame, unpoison } = words
    const marked = async (pfn: number): Promise<number> =>
      (await agent.frames.count({ pfn, frames: 1, mask: hwpoison, value: hwpoison })).matching
    for (const { failed, leaves } of cases) {
      const { total } = await pools.counters('2M')
      const before = await failedPages(words)
      const file = await memory({ pages: 512, hugePages: '2M', initially: 'shared', slot: false })
      await file.host.fill(file.all, 0x44)
      const frames = (await file.host.frames(file.all)).map(Number)
      const bad = failed.map((index) => frames[index] ?? -1)
      for (const frame of bad) check.equal((await failFrame(frame)).errno, 'OK', `memory failure in frame ${frame}`)

      if (leaves === 'hole') await file.punchHole(file.all)
      await file.close()
      check.equal(await pools.resize('2M', 0), 0, 'pages of a pool that is given up')
      const what = `of ${failed.length} failed frames, when the pool has given up their huge page`
      for (const [position, frame] of bad.entries()) {
        check.equal(await marked(frame), 1, `mark of page ${failed[position]}, ${what}`)
        check.equal(await marked(frame ^ 0x40), 0, `mark of a good neighbour of page ${failed[position]}, ${what}`)
      }
      check.equal((await failedPages(words)) - before, failed.length, `HardwareCorrupted, in pages, ${what}`)
      for (const frame of bad) await unpoison(frame)
      check.equal(await pools.resize('2M', total), total, 'the pool as it was')
    }
  },
})

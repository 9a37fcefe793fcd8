// S-A9, S-A24: readers of /proc/kpageflags and kpagecount and compaction visit every frame: no conversion is refused for that, and no merge hangs.
import { page, pages, pageSize, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
/** A word for each frame of the pool's pages, and of all others below 4 GiB. */
const bytesOfWords = (2 ** 32 / pageSize) * 8

export default scenario({
  title: 'code that visits page frames neither refuses a conversion nor stops a merge',
  rules: ['S-A9', 'S-A11', 'S-A24'],
  bugs: ['O-15'],
  needs: ['in-place-conversion', 'hugetlb', 'pagemap'],
  pools: { '2M': 4 },
  async run({ agent, check, dialect, memory }) {
    const file = await memory({ pages: 4 * huge, hugePages: '2M', initially: 'shared' })
    await file.host.fill(file.all, 0x75)
    const { gmem } = file.handles
    const size = file.pages * pageSize
    const reports = await agent.race.run({
      duration: 400,
      actors: [
        { kind: 'convert', target: gmem, dialect, to: 'private', offset: 0, size },
        { kind: 'convert', target: gmem, dialect, to: 'private', offset: size / 2, size: pageSize },
        { kind: 'read-file', path: '/proc/kpageflags', size: bytesOfWords },
        { kind: 'read-file', path: '/proc/kpagecount', size: bytesOfWords },
        { kind: 'write-file', path: '/proc/sys/vm/compact_memory', text: '1' },
      ],
    })
    for (const { kind, rounds, again, failed } of reports) {
      check.that(rounds > 0, `${kind} did some work`)
      check.equal([again, failed], [0, 0], `${kind}: EAGAIN, errors`)
    }
    await file.convert('private', file.all)
    await file.convert('shared', pages(0, huge))
    await file.convert('shared', page(2 * huge))
    await file.matchesModel()
  },
})

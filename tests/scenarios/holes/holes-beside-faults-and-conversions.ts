// S-A11, S-A31: holes, allocations, faults, pins and conversions race in one huge page: no thread hangs, and the pages beside it are not affected.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'pages are freed beside faults, pins and conversions, and the file is intact afterwards',
  rules: ['S-A11', 'S-A31', 'S-A30', 'S-A36'],
  bugs: ['A-29', 'A-35', 'A-14', 'A-15', 'O-6'],
  needs: ['in-place-conversion', 'binary-stats', 'pagemap'],
  pools: { '2M': 3 },
  async run({ memory, check, offered }) {
    for (const options of offered([{}, { hugePages: '2M' }] as const)) {
      const file = await memory({ pages: 1536, initially: 'shared', ...options })
      const isHuge = file.model.pagesPerUnit > 1
      const [left, right] = [pages(0, 512), pages(512, 512)]
      await file.convert('private', page(511))
      const reports = await file.race(700, [
        { does: 'reallocate', range: right },
        { does: 'convert', to: 'private', range: pages(600, 300) },
        { does: 'host-read', range: pages(590, 30) },
        { does: 'guest-read', range: pages(890, 30) },
        { does: 'pin', range: page(520) },
        { does: 'host-count', range: page(510) },
        { does: 'guest-count', range: page(1024) },
      ])
      for (const { kind, rounds, failed, firstError, unexpected, firstUnexpected, mismatches } of reports) {
        check.that(rounds > 0, `${kind} did some work`)
        // A pin of a page that is private at the moment is refused.
        const wrong = kind === 'pin' ? [unexpected, mismatches] : [failed, unexpected, mismatches]
        check.that(
          wrong.every((count) => count === 0),
          `${kind} has no errors (${failed}, ${firstError}), unexpected exits (${unexpected}, ${firstUnexpected}) or lost writes (${mismatches})`,
        )
      }
      for (const { kind, faults } of reports.filter((report) => report.kind.endsWith('-count'))) {
        check.equal(faults, 0, `faults of ${kind} beside the hole`)
      }

      file.model.allocate(file.all)
      await file.allocate(file.all)
      await file.convert('private', pages(1000, 24))
      await file.convert('shared', pages(512, 488))
      await file.guest.fill(file.all, 0x6b)
      await file.expectAccounting()
      await file.matchesModel()
      if (isHuge) await file.expectSplit(pages(0, 1024))
      await file.convert('private', file.all)
      if (isHuge) await file.expectWhole(left)
      await file.punchHole(file.all)
      await file.expectAccounting()
    }
  },
})

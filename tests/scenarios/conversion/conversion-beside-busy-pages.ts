// S-A11: a page is converted back and forth while host and guest use the pages beside it: no write is lost, no access is refused.
import { page, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'host and guest use pages undisturbed while the page between them is converted back and forth',
  rules: ['S-A11', 'S-A1', 'S-A9', 'S-A10'],
  async run({ memory, check }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    const reports = await file.race(150, [
      { does: 'convert', to: 'private', range: page(4) },
      { does: 'host-count', range: page(3) },
      { does: 'guest-count', range: page(5) },
    ])

    for (const { kind, rounds, ...report } of reports) {
      check.that(rounds > 0, `${kind} did some work`)
      const trouble = [report.again, report.failed, report.faults, report.unexpected, report.mismatches]
      check.equal(
        trouble,
        [0, 0, 0, 0, 0],
        `${kind}: EAGAIN, errors, faults, unexpected exits (${report.firstUnexpected}), lost writes`,
      )
    }
    await file.convert('shared', file.all)
    await file.host.fill(file.all, 0x91)
    await file.matchesModel()
  },
})

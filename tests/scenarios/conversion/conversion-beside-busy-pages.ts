// S-A11: a page goes to and fro beside pages that host and guest work on: nobody loses a write, is refused, or is seen without a state.
import { page, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'host and guest work undisturbed on the pages beside one that is converted to and fro',
  rules: ['S-A11', 'S-A1', 'S-A9', 'S-A10'],
  bugs: ['A-14'],
  async run({ memory, check }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    const reports = await file.race(150, [
      { does: 'convert', to: 'private', range: page(4) },
      { does: 'host-count', range: page(3) },
      { does: 'guest-count', range: page(5) },
    ])

    for (const { kind, rounds, ...report } of reports) {
      check.that(rounds > 0, `${kind} came to work`)
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

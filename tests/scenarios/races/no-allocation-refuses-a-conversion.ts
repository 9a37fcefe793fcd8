// S-A9, S-B4: the reference of an allocation that is under way is none of a user: the conversion waits for it.
import { pages, scenario } from '../../../harness/api.ts'

const range = pages(4, 8)

export default scenario({
  title: 'conversions are not refused for allocations and holes that are under way',
  rules: ['S-A9', 'S-B4', 'S-A11'],
  async run({ memory, check }) {
    const file = await memory({ pages: 16, initially: 'shared' })
    const reports = await file.race(200, [
      { does: 'convert', to: 'private', range },
      { does: 'reallocate', range },
      { does: 'allocate', range },
    ])
    for (const { kind, done, again, failed, firstError } of reports) {
      check.that(done > 0, `${kind} did some work`)
      check.equal([again, failed], [0, 0], `EAGAIN and errors of ${kind} (${firstError})`)
    }
    await file.convert('shared', file.all)
    await file.host.fill(file.all, 0x93)
    await file.matchesModel()
  },
})

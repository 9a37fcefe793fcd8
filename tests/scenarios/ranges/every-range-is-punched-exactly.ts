// K-ranges, S-A30: holes from every place to every other one and to beyond the end, in files of 4K and 2M, private and shared.
import { fallocateModes, pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'
import { placesOf, rangesBetween } from '../common/places.ts'

const huge = pagesPerHugePage('2M')
const { keepSize, punchHole } = fallocateModes
const files = [{ pages: 7 }, { pages: 3 * huge, hugePages: '2M' }] as const

export default scenario({
  title: 'a hole empties each page of its range and no other, wherever it begins and ends',
  rules: ['K-ranges', 'S-A30', 'S-A33', 'S-A34', 'S-A36'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 3 },
  timeout: 20,
  async run({ memory, agent, check, expectErrno }) {
    for (const options of files) {
      const file = await memory({ ...options, initially: 'private' })
      const { gmem } = file.handles
      const unit = file.model.pagesPerUnit
      for (const state of ['private', 'shared'] as const) {
        await file.convert(state, file.all)
        for (const [index, range] of rangesBetween(placesOf(unit)).entries()) {
          // Half of the ranges in each state take half of the time.
          if (unit > 1 && (index % 2 === 0) === (state === 'private')) continue
          const tag = (range.first + range.count + 1) % 251 || 251
          const view = state === 'private' ? file.guest : file.host
          await view.fill(file.all, tag)
          const name = `a hole at ${range.count} ${state} pages from page ${range.first} on`
          // What ends with the file may as well end behind it.
          const beyond = range.first + range.count === file.pages ? unit + 1 : 0
          const [offset, length] = [range.first * pageSize, (range.count + beyond) * pageSize]
          expectErrno(await agent.gmem.fallocate(gmem, keepSize | punchHole, offset, length), 'OK', name)
          file.model.free(range)
          const { blocks } = await agent.gmem.status(gmem)
          check.equal(blocks, file.model.allocatedPages * 8, `st_blocks after ${name}`)
          if (unit > 1) await file.expectAccounting()
          check.equal<unknown>(await view.look(file.all), file.model.guestView(), `contents after ${name}`)
        }
        await file.matchesModel()
      }
      await file.punchHole(pages(0, file.pages))
    }
  },
})

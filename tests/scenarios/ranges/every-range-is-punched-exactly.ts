// K-ranges, S-A30: holes from every place to every other one, and from every place to beyond the end, in files of 4K and 2M, private and shared.
import { fallocateModes, pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'
import { fewPlacesOf, placesOf, rangesBetween, witnessesOf } from '../common/range-ends.ts'

const huge = pagesPerHugePage('2M')
const { keepSize, punchHole } = fallocateModes
const files = [{ pages: 7 }, { pages: 3 * huge, hugePages: '2M' }] as const

export default scenario({
  title: 'a hole empties each page of its range and no other, wherever it begins and ends',
  rules: ['K-ranges', 'S-A30', 'S-A33', 'S-A34', 'S-A36'],
  pools: { '2M': 3 },
  timeout: 20,
  async run({ memory, agent, check, expectErrno, uapi, offered }) {
    for (const options of offered(files)) {
      const file = await memory({ ...options, initially: 'private' })
      const { gmem } = file.handles
      const unit = file.model.pagesPerUnit
      const places = placesOf(unit)
      const expectBlocks = async (name: string) => {
        const { blocks } = await agent.gmem.status(gmem)
        check.equal(
          blocks,
          unit > 1 ? file.model.allocatedPages * 8 : uapi.blocksOf(file.model.allocatedPages),
          `st_blocks after a hole ${name}`,
        )
        if (unit > 1) await file.expectAccounting()
      }
      for (const side of ['guest', 'host'] as const) {
        const state = side === 'guest' ? 'private' : 'shared'
        await file.ensure(state, file.all)
        await file.perform(
          rangesBetween(places).flatMap((range, index) => {
            const witnesses = witnessesOf(range, places)
            return [
              ...witnesses.map((at) => ({ does: `${side}-fill`, range: at, tag: 1 + index }) as const),
              { does: 'punch', range } as const,
              // The guest first: it may have pages that are gone.
              ...witnesses.map((at) => ({ does: 'guest-look', range: at }) as const),
              ...witnesses.map((at) => ({ does: 'host-look', range: at }) as const),
            ]
          }),
        )
        for (const first of fewPlacesOf(unit).slice(0, -1)) {
          const range = pages(first, file.pages - first)
          await file[side].fill(range, 0x7f)
          const [offset, length] = [first * pageSize, (range.count + unit + 1) * pageSize]
          const beyond = await agent.gmem.fallocate(gmem, keepSize | punchHole, offset, length)
          expectErrno(beyond, 'OK', `a hole from page ${first} to beyond the end`)
          file.model.free(range)
          await expectBlocks(`from page ${first} to beyond the end, all ${state}`)
        }
        await file.matchesModel()
      }
      await file.punchHole(pages(0, file.pages))
    }
  },
})

// S-A22, S-A24, S-A20: the first touch of a huge page, of each kind and far from its shared page, finds it split in place; a merge
// and a split later, the touched page has its data and the others read as zero. One file of each size serves all kinds.
import { page, scenario, type Memory, type ScenarioContext } from '../../../harness/api.ts'
import { placesOfBothSizes, type HugePlaces } from '../common/huge-page-places.ts'

type Place = number
type Touch = (file: Memory, touched: Place) => Promise<void>

/** Each kind of touch, with the page that it touches and the page that is shared before, in order of the places. */
const touches: readonly { what: string; touch: Touch; at: 0 | 1 | 2 | 4; shared: 0 | 1 | 3 | 4; mapped: number }[] = [
  { what: 'the guest', touch: (file, touched) => file.guest.fill(page(touched), 0xa2), at: 4, shared: 0, mapped: 1 },
  {
    what: 'the host',
    async touch(file, touched) {
      await file.convert('shared', page(touched))
      await file.host.fill(page(touched), 0xa1)
    },
    at: 2,
    shared: 1,
    mapped: 0,
  },
  {
    what: 'a pre-fault',
    async touch(file, touched) {
      await file.preFault(page(touched))
      await file.guest.fill(page(touched), 0xa3)
    },
    at: 1,
    shared: 3,
    mapped: 1,
  },
  {
    what: 'fallocate',
    async touch(file, touched) {
      await file.allocate(page(touched))
      await file.guest.fill(page(touched), 0xa4)
    },
    at: 0,
    shared: 4,
    mapped: 1,
  },
]

/** Lets the guest run once, which maps its own code. */
async function runOnce(file: Memory, place: Place): Promise<void> {
  await file.convert('shared', page(place))
  await file.guest.fill(page(place), 0xee)
  await file.punchHole(file.all)
  await file.convert('private', file.all)
}

async function walk(file: Memory, { places }: HugePlaces, check: ScenarioContext['check']): Promise<void> {
  await runOnce(file, places[3])
  for (const { what, touch, at, shared, mapped } of touches) {
    await file.convert('shared', page(places[shared]))
    const before = await file.guest.mappings()
    await touch(file, places[at])
    const after = await file.guest.mappings()
    const more = {
      '4K': after['4K'] - before['4K'],
      '2M': after['2M'] - before['2M'],
      '1G': after['1G'] - before['1G'],
    }
    check.equal(more, { '4K': mapped, '2M': 0, '1G': 0 }, `pages that the guest maps after the first touch by ${what}`)
    await file.expectLayout(file.all)
    await file.expectAccounting()
    await file.convert('private', file.all)
    await file.expectLayout(file.all)

    await file.convert('shared', page(places[3]))
    await file.perform([
      { does: 'host-look', range: page(places[3]) },
      ...places.map((index) => ({ does: 'guest-look', range: page(index) }) as const),
      // Old data for the next touch, which gets the same huge page.
      ...places.map((index) => ({ does: 'guest-fill', range: page(index), tag: 0xee }) as const),
      { does: 'punch', range: file.all },
      { does: 'convert', to: 'private', range: file.all },
    ])
  }
}

export default scenario({
  title: 'a first touch of any kind, anywhere in a huge page of each size, splits all of it, and a merge remembers it',
  rules: ['S-A22', 'S-A23', 'S-A24', 'S-A20', 'S-A19', 'S-A29'],
  bugs: ['O-7'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'pre-fault'],
  pools: { '2M': 2, '1G': 1 },
  timeout: 30,
  async run({ memory, check }) {
    for (const places of placesOfBothSizes) {
      const file = await memory({ pages: places.huge, hugePages: places.size, initially: 'private' })
      await walk(file, places, check)
    }
  },
})

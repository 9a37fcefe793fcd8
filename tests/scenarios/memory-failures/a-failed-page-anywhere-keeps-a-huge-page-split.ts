// S-A41, S-A24, S-A23: a page far from the start of a huge page of each size fails. If the huge page is split, the guest loses that
// page alone, and it is never merged again, so that the guest goes on with the rest. If it is whole, a split tells which page it is.
import { page, scenario, type Memory, type ScenarioContext } from '../../../harness/api.ts'
import { expectLostByGuest, retire } from '../common/failed-pages.ts'
import { placesOfBothSizes, type HugePlaces } from '../common/huge-page-places.ts'

const tag = 0x6b

/** Makes two pages shared, touches all places, and returns the first frame. */
async function begin(file: Memory, { places }: HugePlaces): Promise<number> {
  const [first, , , late] = places
  await file.convert('shared', page(first))
  await file.convert('shared', page(late))
  await file.perform([
    ...places.map((index) => ({ does: 'guest-fill', range: page(index), tag }) as const),
    { does: 'host-look', range: page(first) },
  ])
  const [frame] = await file.host.frames(page(first))
  return Number(frame) - first
}

/** Fails a page that the guest has mapped and one that no side has touched, while the huge page is split, and makes all private. */
async function failWhileSplit(words: ScenarioContext, file: Memory, both: HugePlaces, base: number): Promise<void> {
  const { size, places } = both
  const { check, failFrame } = words
  const [, , middle, late, last] = places
  const failed = [late, last - 1]
  for (const index of failed) {
    const { errno } = await failFrame(base + index)
    check.equal(errno, 'OK', `failing page ${index} of a split ${size} page`)
    await expectLostByGuest(words, file, index)
  }
  await file.convert('private', file.all)
  const before = await file.guest.mappings()
  await file.guest.expect(page(middle + 1), 0)
  const after = await file.guest.mappings()
  const more = { '4K': after['4K'] - before['4K'], '2M': after['2M'] - before['2M'], '1G': after['1G'] - before['1G'] }
  check.equal(more, { '4K': 1, '2M': 0, '1G': 0 }, `pages that the guest maps of a ${size} page with failed pages`)
  for (const index of failed) await expectLostByGuest(words, file, index)
}

/** Fails a page while the huge page is whole; all of it is lost to the guest until it is split. */
async function failWhileWhole(words: ScenarioContext, file: Memory, both: HugePlaces, base: number): Promise<void> {
  const [first, , middle, late] = both.places
  await file.convert('private', file.all)
  const { errno } = await words.failFrame(base + late)
  words.check.equal(errno, 'OK', `failing page ${late} of a whole ${both.size} page`)
  for (const index of [first, middle, late]) await expectLostByGuest(words, file, index)
  await file.convert('shared', page(first))
  await expectLostByGuest(words, file, late)
}

export default scenario({
  title: 'a failed page anywhere in a huge page of each size costs one page once it is split, and keeps it split',
  rules: ['S-A41', 'S-A23', 'S-A24', 'S-A19'],
  bugs: ['A-24'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'hwpoison-inject'],
  pools: { '2M': 2, '1G': 1 },
  timeout: 40,
  async run(words) {
    const { memory, pools, check } = words
    for (const both of placesOfBothSizes) {
      const { size, huge, places } = both
      const before = await pools.counters(size)
      for (const fail of [failWhileSplit, failWhileWhole]) {
        const file = await memory({ pages: huge, hugePages: size, initially: 'private' })
        const base = await begin(file, both)
        await fail(words, file, both, base)
        const [, , middle, late] = places
        const rest = places.filter((index) => index !== late)
        await file.perform(rest.map((index) => ({ does: 'guest-look', range: page(index) }) as const))
        await file.convert('shared', page(middle))
        await file.host.expect(page(middle), tag)
        await retire(words, file.handles, [base])
        check.equal(await pools.counters(size), before, `the pool of ${size} pages in the end`)
      }
    }
  },
})

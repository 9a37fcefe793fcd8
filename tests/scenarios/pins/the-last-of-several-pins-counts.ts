// S-A9, S-A19: each reference counts by itself: pages with two of them are refused until both are gone, in either order.
import { page, pages, pagesPerHugePage, scenario, type Memory } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
/** `gup-test` has one set of pins at a time. */
const pairs = [
  ['gup-test', 'vmsplice'],
  ['gup-test', 'socket'],
  ['vmsplice', 'vmsplice'],
  ['socket', 'vmsplice'],
  ['socket', 'socket'],
] as const
const low = 31
const high = 300

/** Two pins, on one page or on two, and the position of the pin that goes first. */
const cases = pairs.flatMap(([lower, upper]) =>
  [0, 1].flatMap((goesFirst) =>
    (lower === upper ? [low] : [low, high]).map((place) => ({ lower, upper, place, goesFirst })),
  ),
)

async function refuseUntilBothAreGone(file: Memory, pair: (typeof cases)[number]): Promise<void> {
  const { lower, upper, place, goesFirst } = pair
  const pins = [
    { at: low, pin: await file.pin(page(low), lower) },
    { at: place, pin: await file.pin(page(place), upper) },
  ]
  await file.expectRefusal('private', file.all, 'EAGAIN', low)
  const [first, last] = goesFirst === 0 ? pins : pins.toReversed()
  await first?.pin.release()
  await file.expectRefusal('private', file.all, 'EAGAIN', last?.at)
  await last?.pin.release()
}

export default scenario({
  title: 'pages with two references of any kinds are refused until both are gone, in either order',
  rules: ['S-A9', 'S-A12', 'S-A13', 'S-A19', 'S-A24'],
  needs: ['in-place-conversion', 'gup-test', 'binary-stats', 'pagemap'],
  pools: { '2M': 1 },
  async run({ memory, offered }) {
    for (const options of offered([{}, { hugePages: '2M' }] as const)) {
      const file = await memory({ pages: huge, initially: 'shared', ...options })
      const isSmall = file.model.pagesPerUnit === 1
      // Pages of a split huge page are checked like others: a few of the cases show it.
      for (const [round, pair] of cases.filter((_, index) => isSmall || index % 3 === 0).entries()) {
        await file.host.fill(pages(low - 1, 3), 0x30 + round)
        await refuseUntilBothAreGone(file, pair)
        await file.convert('private', file.all)
        if (!isSmall && round === 0) await file.expectWhole(file.all)
        await file.convert('shared', file.all)
      }
      await file.matchesModel()
    }
  },
})

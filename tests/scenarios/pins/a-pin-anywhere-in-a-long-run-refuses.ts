// S-A9: the pages of a run are looked at in batches; a pin behind the first one counts as much as a pin in it.
import { page, pages, scenario } from '../../../harness/api.ts'

/** The ends of batches of 15, 31 and 32 pages, of a huge page, and of the file. */
const places = [0, 14, 15, 30, 31, 32, 62, 511, 512, 513, 1023]
/** The run of shared pages that begins elsewhere: the same distances count from its first page. */
const start = 7
const distances = [0, 30, 31, 32, 61, 62, 511]

export default scenario({
  title: 'a pinned page anywhere in a long run of shared pages is named in the refusal',
  rules: ['S-A9', 'S-A12'],
  needs: ['in-place-conversion', 'gup-test'],
  pools: { '2M': 2 },
  async run({ memory, offered }) {
    for (const options of offered([{}, { hugePages: '2M' }] as const)) {
      const file = await memory({ pages: 1024, initially: 'shared', ...options })
      await file.host.fill(file.all, 0x6a)
      for (const [index, place] of places.entries()) {
        const pin = await file.pin(page(place), index % 2 === 0 ? 'vmsplice' : 'gup-test')
        await file.expectRefusal('private', file.all, 'EAGAIN', place)
        await pin.release()
      }
      // Of pins in every batch, the first one that is left is named.
      const pins = []
      for (const place of places) pins.push({ place, pin: await file.pin(page(place), 'vmsplice') })
      for (const { place, pin } of pins) {
        await file.expectRefusal('private', file.all, 'EAGAIN', place)
        await pin.release()
      }
      // The range begins in a run that is private; its end is a shared page that is alone.
      await file.convert('private', pages(start - 3, 3))
      await file.convert('private', page(start + 515))
      for (const distance of distances) {
        const pin = await file.pin(page(start + distance), 'gup-test')
        await file.expectRefusal('private', pages(start - 2, 519), 'EAGAIN', start + distance)
        await pin.release()
      }
      await file.matchesModel()
      await file.convert('private', file.all)
      await file.matchesModel()
    }
  },
})

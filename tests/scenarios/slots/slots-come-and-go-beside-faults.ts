// S-A11, S-A18: a slot is bound and deleted all the time while guests use it and the slot beside it, and a range across both is converted.
import { pages, pageSize, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const absent = /^$|^unexpected-exit 6 /
/** Two slots of a file of three such parts: one that stays, and one that comes and goes, twice as large. */
const files = [{ part: 8 }, { part: pagesPerHugePage('2M'), hugePages: '2M' }] as const

export default scenario({
  title: 'guests find their memory or no slot while a slot comes and goes, and other slots never notice',
  rules: ['S-A11', 'S-A18', 'S-A14', 'K-slots'],
  pools: { '2M': 3 },
  async run({ memory, check, offered }) {
    for (const { part, ...options } of offered(files)) {
      const file = await memory({ ...options, pages: 3 * part, initially: 'shared', slot: false })
      const stays = pages(0, part)
      const comes = pages(part, 2 * part)
      const hosts = pages(part + part / 2, 4)
      const untouched = pages(2 * part, 4)
      await file.host.fill(untouched, 0x5c)
      const [shared, hidden] = [pages(2 * part, 2), pages(2 * part + 2, 2)]
      await file.convert('private', hidden)
      const { gpa } = file.handles
      const slot = await file.bind(stays, gpa)

      const [binder, across, inside, ...users] = await file.race(250, [
        { does: 'bind', range: comes },
        { does: 'convert', to: 'private', range: pages(part / 2, part) },
        // Nothing of it is bound while the slot is away.
        { does: 'convert', to: 'private', range: pages(2 * part + part / 2, part / 2) },
        { does: 'guest-read', range: shared },
        { does: 'guest-read', range: hidden },
        { does: 'guest-count', range: pages(0, 4) },
        { does: 'host-count', range: hosts },
      ])
      const where = `in a file of ${file.pages} pages`
      check.equal([binder?.failed, binder?.firstError], [0, 'OK'], `bindings and deletions that failed ${where}`)
      check.that((binder?.done ?? 0) >= 2, `the slot came and went ${where}`)
      for (const converter of [across, inside]) {
        check.equal([converter?.failed, converter?.firstError], [0, 'OK'], `conversions that failed ${where}`)
        check.that((converter?.done ?? 0) > 0, `ranges of both slots were converted ${where}`)
      }
      for (const [index, { kind, rounds, faults, mismatches, firstUnexpected, unexpected }] of users.entries()) {
        check.that(rounds > 0, `${kind} did some work ${where}`)
        check.equal([faults, mismatches], [0, 0], `faults, and changed contents, of ${kind} ${where}`)
        if (index > 1) check.equal(unexpected, 0, `unexpected exits of ${kind} ${where}: ${firstUnexpected}`)
        else check.that(absent.test(firstUnexpected), `${kind} found memory or no slot ${where}: ${firstUnexpected}`)
      }

      // The model has not followed the race in the ranges that it used.
      const again = await file.bind(comes, gpa + part * pageSize)
      await again.guest.expect(untouched, 0x5c)
      await file.convert('shared', file.all)
      await file.host.fill(pages(0, 4), 0x71)
      await file.host.fill(hosts, 0x72)
      for (const range of [pages(0, 8), pages(part - 4, 4)]) await slot.matchesModel(range)
      for (const range of [pages(part, 4), hosts, pages(2 * part - 2, 4)]) await again.matchesModel(range)
      await file.convert('private', file.all)
      await slot.matchesModel(pages(0, 8))
      await again.matchesModel(pages(2 * part - 2, 4))
      await file.matchesModel(pages(part - 4, 8))
    }
  },
})

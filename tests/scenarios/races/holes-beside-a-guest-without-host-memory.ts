// S-A30, S-A20: holes beside faults of a guest whose memslot has no host memory: nothing but the file itself tells KVM that pages go.
import { pages, pageSize, scenario } from '../../../harness/api.ts'

const kinds = [
  { what: '4K', options: { pages: 24 } },
  { what: '2M', options: { pages: 1024, hugePages: '2M' } },
] as const
/** A race that ends between two faults shows nothing. */
const races = 5

export default scenario({
  title: 'holes beside a guest whose memslot has no host memory leave it no page that the file does not have',
  rules: ['S-A30', 'S-A20'],
  needs: ['in-place-conversion'],
  pools: { '2M': 2 },
  async run({ memory, agent, check, expectDone, offered }) {
    for (const { what, options } of offered(kinds)) {
      // A memslot with host memory is also told by the mappings of the file.
      const file = await memory({ ...options, initially: 'shared', mapped: false })
      const length = options.pages * pageSize
      const mapped = await agent.host.mmap({ file: file.handles.gmem, length })
      const host = file.viewOf(expectDone(mapped, 'mapping the file for the host alone').mapping)
      const seen = pages(options.pages / 2 - 6, 12)
      for (let race = 1; race <= races; race += 1) {
        const reports = await file.race(50, [
          { does: 'reallocate', range: file.all },
          { does: 'guest-read', range: seen, byte: 0 },
        ])
        for (const { kind, rounds, failed, firstError, unexpected, firstUnexpected, mismatches } of reports) {
          check.that(rounds > 0, `${kind} did some work on pages of ${what}`)
          const wrong = [failed, unexpected, mismatches]
          const name = `errors (${firstError}), exits (${firstUnexpected}), mismatches of ${kind}, pages of ${what}`
          check.equal(wrong, [0, 0, 0], name)
        }
        file.model.allocate(file.all)
        await host.fill(seen, 0x40 + race)
        const found = await file.guest.look(seen)
        check.equal<unknown>(found, file.model.guestView(seen), `what the guest reads after a race in pages of ${what}`)
        await file.punchHole(file.all)
      }
    }
  },
})

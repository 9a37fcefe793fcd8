// S-A11, S-A16: when a conversion to private has succeeded, no write of the host arrives any more, not even one that began before.
import { page, scenario } from '../../harness/api.ts'

export default scenario({
  title: 'no host write reaches a page after its conversion to private has succeeded',
  rules: ['S-A11', 'S-A16', 'S-A9'],
  async run({ memory, check }) {
    const file = await memory({ pages: 4, initially: 'shared' })
    const [convert, host] = await file.race(200, [
      { does: 'convert', to: 'private', range: page(2), watched: true },
      { does: 'host-count', range: page(2) },
    ])

    check.that((convert?.done ?? 0) > 10, 'the page was converted')
    check.equal(convert?.mismatches, 0, 'changes that the guest saw in the private page')
    check.equal([convert?.failed, convert?.firstError], [0, 'OK'], 'conversions that failed, EAGAIN aside')
    check.that((host?.done ?? 0) > 10, 'the host could write')
    check.that((host?.faults ?? 0) > 0, 'the host got SIGBUS while the page was private')
    check.equal(host?.mismatches, 0, 'writes of the host that were lost')
  },
})

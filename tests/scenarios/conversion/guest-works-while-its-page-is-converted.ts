// S-A11, S-A18: the guest may use a page while the page changes its state: the access waits for the conversion and then succeeds in either state.
import { page, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a guest that works on a page during its conversion never loses a write',
  rules: ['S-A11', 'S-A18', 'S-A19'],
  bugs: ['A-14'],
  async run({ memory, check }) {
    const file = await memory({ pages: 4, initially: 'shared' })
    const [convert, guest] = await file.race(150, [
      { does: 'convert', to: 'private', range: page(1) },
      { does: 'guest-count', range: page(1) },
    ])

    check.that((convert?.done ?? 0) > 0, 'the page was converted')
    check.equal([convert?.failed, convert?.firstError], [0, 'OK'], 'conversions that failed')
    check.that((guest?.done ?? 0) > 0, 'the guest did some work')
    check.equal([guest?.firstUnexpected, guest?.mismatches], ['', 0], 'unexpected exits and lost writes of the guest')
    await file.convert('shared', file.all)
    await file.host.fill(file.all, 0x92)
    await file.matchesModel()
  },
})

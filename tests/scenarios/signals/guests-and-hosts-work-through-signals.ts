// K-signals, S-A18: signals end KVM_RUN, and the guest then goes on where it was; accesses of the host go on by themselves.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const files = [{ pages: 2 * huge }, { pages: 2 * huge, hugePages: '2M' }] as const

export default scenario({
  title: 'a guest that signals stop goes on where it was, and the accesses of the host are complete',
  rules: ['K-signals', 'S-A18', 'S-A16', 'S-A20'],
  pools: { '2M': 2 },
  timeout: 20,
  async run({ memory, signalled, check, offered }) {
    for (const options of offered(files)) {
      const file = await memory({ ...options, initially: 'private' })
      await file.convert('shared', pages(huge, 100))
      await file.guest.expect(page(0), 0) // so that the vCPU is there
      for (const how of ['handled', 'restarting'] as const) {
        const name = `${file.pages} pages, ${file.model.pagesPerUnit} at a time, signals ${how}`
        const storm = { how, after: 500_000, every: 2_000_000 } as const
        // The first touches of all pages, then accesses to pages that are there.
        let ended = 0
        // A timer of a busy computer may be late.
        for (let round = 0; ended === 0 && round < 20; round += 1) {
          if (round > 0) await file.punchHole(file.all)
          const touched = await signalled(storm, () => file.guest.fill(file.all, 0x21))
          ended = touched.signals.ended
        }
        check.that(ended > 0, `signals end KVM_RUN, with ${name}`)
        await signalled(storm, () => file.guest.expect(file.all, 0x21))
        await signalled({ ...storm, every: 300_000 }, () => file.host.fill(pages(huge, 100), 0x22))
        await signalled({ ...storm, every: 300_000 }, async () => {
          check.equal<unknown>(await file.host.look(file.all), file.model.hostView(), `host view of ${name}`)
        })
        check.equal<unknown>(await file.guest.look(file.all), file.model.guestView(), `guest view of ${name}`)
        await file.punchHole(file.all)
      }
      if (file.model.pagesPerUnit > 1) await file.expectAccounting()
    }
  },
})

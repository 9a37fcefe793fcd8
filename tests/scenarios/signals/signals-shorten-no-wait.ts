// K-signals, S-A9: a conversion that meets a reference waits for it as long beside signals as without them, and so does a hole in a huge page.
import { page, pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'no signal shortens the time that a reference to a page has to go away',
  rules: ['K-signals', 'S-A9', 'S-A31'],
  pools: { '2M': 1 },
  async run({ memory, agent, signalled, check, expectErrno, offered }) {
    for (const options of offered([{ pages: 8 }, { pages: huge, hugePages: '2M' }] as const)) {
      const file = await memory({ ...options, initially: 'shared' })
      await file.host.fill(pages(0, 8), 0x31)
      const { gmem } = file.handles
      const operations = [
        {
          what: 'a conversion',
          run: () => file.attemptConversion('private', { offset: 0, size: 8 * pageSize }),
        },
        ...(file.pages > 8
          ? [{ what: 'a hole', run: () => agent.gmem.punchHole(gmem, 2 * pageSize, 4 * pageSize) }]
          : []),
      ]
      for (const { what, run } of operations) {
        const pin = await file.pin(page(5), 'vmsplice')
        const duration = async (how: 'blocked' | 'handled') => {
          const { reply, signals } = await signalled({ how, after: 500_000, every: 500_000 }, run)
          expectErrno(reply, 'EAGAIN', `${what} that meets a reference, signals ${how}`)
          return signals.nanoseconds
        }
        // The least of three: a busy computer makes a wait longer, and never shorter.
        const without = Math.min(await duration('blocked'), await duration('blocked'), await duration('blocked'))
        const beside = await duration('handled')
        const shortened = `${what} that meets a reference ends sooner beside signals: ${beside} ns, not ${without} ns`
        if (beside < without / 4) check.fail(shortened)
        await pin.release()
      }
      await file.convert('private', pages(0, 8))
      await file.matchesModel()
    }
  },
})

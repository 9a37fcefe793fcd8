// K-signals, S-A29: a signal may end an allocation, with EINTR: what is there then is a part from its start, and success means all of it.
import { pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'
import { tryMoments } from '../common/moments.ts'

const blockSize = 512
const files = [{ pages: 2048 }, { pages: 8 * pagesPerHugePage('2M'), hugePages: '2M' }] as const

export default scenario({
  title: 'an allocation that a signal ends fails with EINTR, and what it allocated is a part from its start',
  rules: ['K-signals', 'S-A29', 'S-A34'],
  pools: { '2M': 8 },
  async run({ memory, agent, signalled, check, expectErrno, uapi, offered }) {
    for (const options of offered(files)) {
      const file = await memory({ ...options, initially: 'shared', slot: false, mapped: false })
      const { gmem } = file.handles
      const unit = file.model.pagesPerUnit
      const size = file.pages * pageSize
      // Without a count of small pages, errno and contents alone can be checked.
      const isCounted = unit > 1 || uapi.expects.countsSmallPages
      const allocated = async () => ((await agent.gmem.status(gmem)).blocks * blockSize) / pageSize
      const expectAllocated = async (wanted: number, what: string) => {
        if (isCounted) check.equal(await allocated(), wanted, what)
      }
      const name = `${file.pages} pages, ${unit} at a time`
      const whole = await signalled({ how: 'blocked', after: 0 }, () => agent.gmem.allocate(gmem, 0, size))
      expectErrno(whole.reply, 'OK', `allocating ${name} with a blocked signal`)
      check.that(whole.signals.pending, 'the blocked signal was there')
      await expectAllocated(file.pages, `pages of ${name}`)

      for (const how of ['handled', 'restarting'] as const) {
        const interrupted = await tryMoments(whole.signals.nanoseconds, async (after) => {
          await agent.gmem.punchHole(gmem, 0, size)
          const { reply } = await signalled({ how, after, every: 100_000 }, () => agent.gmem.allocate(gmem, 0, size))
          const found = await allocated()
          if (reply.errno === 'OK') await expectAllocated(file.pages, `pages after a success, of ${name}`)
          else {
            expectErrno(reply, 'EINTR', `allocating ${name} beside signals`)
            check.between(found, 0, file.pages - unit, `pages after EINTR, of ${name}`)
            check.equal(found % unit, 0, `pages after EINTR that are no whole unit, of ${name}`)
            // They are at the start: a hole there leaves none.
            await agent.gmem.punchHole(gmem, 0, found * pageSize)
            await expectAllocated(0, `pages behind a part from the start, of ${name}`)
          }
          await file.allocate(file.all)
          await expectAllocated(file.pages, `pages after one more allocation of ${name}`)
          return reply.errno !== 'OK'
        })
        check.that(interrupted, `signals (${how}) end an allocation of ${name}`)
      }
      if (unit > 1) await file.expectAccounting()
      await file.punchHole(pages(0, file.pages))
    }
  },
})

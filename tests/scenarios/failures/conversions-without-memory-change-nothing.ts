// S-A13, S-B3: a conversion that needs a page for the tree of states and gets none fails, converts nothing, and works when there is memory again.
import { page, pages, pageSize, scenario } from '../../../harness/api.ts'

const count = 8192
const wanted = 3
/** The objects that the kernel keeps ready are used up first. */
const shrink = '/sys/kernel/slab/maple_node/shrink'
/** A slab that gets no page tells so, in three lines. */
const slabReport = /^(?:SLUB: Unable to allocate memory|  cache: maple_node|  node \d+: slabs)/
const everyPage = 1_000_000
/** Pages between two looks. */
const lookedAt = 64

export default scenario({
  title: 'a conversion that gets no page for its states fails with ENOMEM and converts nothing',
  rules: ['S-A13', 'S-B3', 'S-A16'],
  needs: ['in-place-conversion', 'slab-counters', 'fault-injection'],
  timeout: 30,
  async run({ memory, agent, uapi, check, expectLog, expectDone, expectErrno }) {
    expectLog(slabReport)
    const file = await memory({ pages: count, initially: 'private', slot: false })
    expectDone(await agent.files.writeFile(shrink, '1'), 'shrinking the slab of nodes')
    let refused = 0
    for (let index = 1; index < count && refused < wanted; index += 2) {
      const offset = index * pageSize
      expectDone(await agent.failLasting({ of: 'pages', space: 0, times: everyPage }), 'arming the injection')
      const outcome = await file.attemptConversion('shared', { offset, size: pageSize })
      expectDone(await agent.failLastingResult(), 'ending the injection')
      if (outcome.errno !== 'OK') {
        refused += 1
        const what = `converting page ${index} without memory`
        expectErrno(outcome, 'ENOMEM', what)
        const [from, to] =
          uapi.expects.offsetWithoutMemory === 'the start' ? [offset, offset] : [offset, offset + pageSize]
        check.between(Number(outcome.errorOffset), from, to, `error_offset of ${what}`)
        const around = pages(Math.max(0, index - 4), 8)
        check.equal<unknown>(await file.host.look(around), file.model.hostView(around), `host view after ${what}`)
        const again = await file.attemptConversion('shared', { offset, size: pageSize })
        expectErrno(again, 'OK', `converting page ${index} with memory`)
      }
      file.model.convert('shared', page(index))
      // A conversion that reports success has converted its page.
      const latest = pages(index - (index % lookedAt), lookedAt)
      if (index % lookedAt === lookedAt - 1) {
        check.equal<unknown>(await file.host.look(latest), file.model.hostView(latest), 'host view of the latest pages')
      }
    }
    check.equal(refused, wanted, 'conversions that ended in ENOMEM')
    const last = file.model.stateRuns().length
    check.that(last > 2 * wanted, 'the file has many runs')
    await file.matchesModel(pages(0, 512))
    await file.convert('private', file.all)
    await file.matchesModel(pages(0, 64))
  },
})

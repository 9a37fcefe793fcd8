// K-killed, S-A36: processes die in holes, allocations and first touches of one file: the rest of the processes use it as before, and the pool is exact.
import {
  fallocateModes,
  page,
  pages,
  pagesPerHugePage,
  pageSize,
  scenario,
  type ScenarioContext,
} from '../../../harness/api.ts'
import { tryMoments } from '../common/moments.ts'

const { keepSize, punchHole } = fallocateModes
const huge = pagesPerHugePage('2M')
const files = [
  { what: '4K', options: { pages: 3 * huge, initially: 'shared' } },
  { what: '2M', options: { pages: 3 * huge, hugePages: '2M', initially: 'shared' } },
] as const

const stuckMilliseconds = 1000

interface Operation {
  readonly name: string
  /** Whether it begins with a file that is full. */
  readonly full: boolean
  readonly run: Parameters<ScenarioContext['killedDuring']>[1]
}

export default scenario({
  title: 'processes that die in holes, allocations and first touches leave the file and the pool to others',
  rules: ['K-killed', 'S-A30', 'S-A29', 'S-A36', 'S-A20'],
  needs: ['in-place-conversion', 'pre-fault'],
  pools: { '2M': 3 },
  timeout: 20,
  async run({ memory, pools, agent, killedDuring, signalled, check, offered }) {
    for (const { what, options } of offered(files)) {
      if (what === '2M') await pools.poison('2M', 0xdd)
      const file = await memory(options)
      const { gmem, mapping, vcpu } = file.handles
      // The signal below is for the next operation, which creates the vCPU if nothing did before.
      await vcpu()
      const unit = file.model.pagesPerUnit
      const size = file.pages * pageSize
      if (mapping === undefined) throw new Error('the file is mapped')
      const blocks = async () => ((await agent.gmem.status(gmem)).blocks * 512) / pageSize
      const operations: readonly Operation[] = [
        { name: 'a hole', full: true, run: (by) => by.gmem.fallocate(gmem, keepSize | punchHole, 0, size) },
        { name: 'an allocation', full: false, run: (by) => by.gmem.fallocate(gmem, keepSize, 0, size) },
        { name: 'first touches', full: false, run: (by) => by.host.fill(mapping, 0, size, { byte: 0x71 }) },
      ]
      for (const { name, full, run } of operations) {
        const prepare = async () => {
          if (full) await file.host.fill(file.all, 0x70)
        }
        await prepare()
        const { signals } = await signalled({ how: 'blocked', after: 0 }, () => run(agent))
        await file.punchHole(file.all)
        const died = await tryMoments(signals.nanoseconds, async (after) => {
          await prepare()
          const hit = await killedDuring(after, run)
          const found = await blocks()
          check.between(found, 0, file.pages, `pages of ${what} after a death in ${name}`)
          check.equal(found % unit, 0, `pages after a death in ${name} that are no whole unit of ${what}`)
          for (const { value } of await file.host.look(file.all)) {
            check.that(
              value === 0 || value === (full ? 0x70 : 0x71) || value === 'mixed',
              `a page holds what was written to it, not ${value}, after a death in ${name}`,
            )
          }
          // A guest that waits for the dead process would do so until a signal comes.
          if (full)
            await signalled({ how: 'handled', after: agent.patience.for(stuckMilliseconds) * 1e6 }, () =>
              file.preFault(page(file.pages - 1)),
            )
          await file.punchHole(file.all)
          check.equal(await blocks(), 0, `pages of ${what} after one more hole behind a death in ${name}`)
          return hit
        })
        check.that(died, `a process died in ${name} of pages of ${what}`)
      }
      await file.convert('private', file.all)
      await file.guest.fill(pages(0, 3), 0x72)
      await file.matchesModel(pages(0, 5))
      if (unit > 1) await file.expectAccounting()
      await file.punchHole(file.all)
    }
  },
})

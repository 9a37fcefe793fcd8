// K-signals: conversions, holes, bindings and accesses go on to their end beside signals, handled or blocked ones.
import { pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const files = [
  { what: '4K', every: 300_000, options: { pages: 2 * huge, initially: 'shared' } },
  { what: '2M', every: 150_000, options: { pages: 2 * huge, hugePages: '2M', initially: 'shared' } },
] as const

export default scenario({
  title: 'signals end neither a conversion nor a hole nor a binding, and no access fails for them',
  rules: ['K-signals', 'S-A9', 'S-A10', 'S-A13', 'S-A16'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 2 },
  timeout: 20,
  async run({ memory, agent, signalled, check, expectDone }) {
    for (const { what, every, options } of files) {
      const file = await memory(options)
      const { gmem, mapping, vm, gpa } = file.handles
      const size = file.pages * pageSize
      for (const how of ['handled', 'blocked'] as const) {
        const storm = async (name: string, operation: () => Promise<unknown>): Promise<number> => {
          const { signals } = await signalled({ how, after: how === 'blocked' ? 0 : every, every }, operation)
          check.equal(signals.ended, 0, `system calls of ${name} that a signal ended, with pages of ${what}`)
          return signals.inCalls + (signals.pending ? 1 : 0)
        }
        await storm('first touches', () => file.host.fill(file.all, 0x41))
        await storm('conversions', () => file.convertEach('private', { order: 'forward', every: 4 }))
        let arrived = await storm('a conversion of many runs', () => file.convert('shared', file.all))
        arrived += await storm('a conversion', () => file.convert('private', file.all))
        // A timer of a busy computer may be late.
        for (let round = 0; arrived === 0 && round < 20; round += 1) {
          await storm('a conversion', () => file.convert('shared', file.all))
          arrived += await storm('a conversion', () => file.convert('private', file.all))
        }
        check.that(arrived > 0, `signals (${how}) arrived in conversions of pages of ${what}`)
        await file.matchesModel()
        await storm('a conversion', () => file.convert('shared', file.all))
        await file.matchesModel(pages(huge - 2, 4))

        await storm('unbinding', async () => expectDone(await agent.vm.deleteMemslot(vm, 0), 'unbinding'))
        const bind = () => agent.vm.setMemslot({ vm, slot: 0, gpa, size, gmem, mapping })
        await storm('binding', async () => expectDone(await bind(), `binding with signals ${how}`))
        await storm('a hole', () => file.punchHole(file.all))
        await file.matchesModel(pages(huge - 2, 4))
        if (file.model.pagesPerUnit > 1) await file.expectAccounting()
      }
    }
  },
})

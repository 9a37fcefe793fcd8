// K-signals: conversions, holes, bindings and accesses go on to their end beside signals, handled or blocked ones.
import { pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'
import { fewTries, tryMoments } from '../common/moments.ts'

const huge = pagesPerHugePage('2M')
const files = [
  { what: '4K', every: 300_000, options: { pages: 2 * huge, initially: 'shared' } },
  { what: '2M', every: 150_000, options: { pages: 2 * huge, hugePages: '2M', initially: 'shared' } },
] as const

interface Arrivals {
  readonly handled: number
  readonly inCalls: number
}

interface Operation {
  readonly name: string
  readonly run: () => Promise<unknown>
  /** Makes the operation possible once more. */
  readonly undo: () => Promise<unknown>
  /** Default: a signal came within a system call. A touch is none. */
  readonly arrived?: (signals: Arrivals) => boolean
  /** It may end before any signal comes: it unmaps nothing that it would have to wait for. */
  readonly mayBeShort?: true
}

function cameInCall({ inCalls }: Arrivals): boolean {
  return inCalls > 0
}

export default scenario({
  title: 'signals end neither a conversion nor a hole nor a binding, and no access fails for them',
  rules: ['K-signals', 'S-A9', 'S-A10', 'S-A13', 'S-A16'],
  pools: { '2M': 2 },
  timeout: 20,
  async run({ memory, agent, signalled, check, expectDone, offered }) {
    for (const { what, every, options } of offered(files)) {
      const file = await memory(options)
      const { gmem, mapping, vm, gpa } = file.handles
      const slot = { vm, slot: 0, gpa, size: file.pages * pageSize, gmem, mapping }
      const bind = async () => expectDone(await agent.vm.setMemslot(slot), 'binding the file')
      const unbind = async () => expectDone(await agent.vm.deleteMemslot(vm, 0), 'unbinding the file')
      const perform = async (how: 'handled' | 'blocked', after: number, name: string, run: () => Promise<unknown>) => {
        const { signals } = await signalled({ how, after, every }, run)
        check.equal(signals.ended, 0, `system calls of ${name} that a signal (${how}) ended, with pages of ${what}`)
        return signals
      }
      const operations: readonly Operation[] = [
        {
          name: 'first touches',
          run: () => file.host.fill(file.all, 0x41),
          undo: () => file.punchHole(file.all),
          arrived: ({ handled }) => handled > 0,
        },
        {
          name: 'a conversion to private',
          run: () => file.convert('private', file.all),
          undo: () => file.convert('shared', file.all),
        },
        {
          name: 'a conversion to shared',
          run: () => file.convert('shared', file.all),
          undo: () => file.convert('private', file.all),
          mayBeShort: true,
        },
        {
          name: 'conversions of each fourth page',
          run: () => file.convertEach('private', { order: 'forward', every: 4 }),
          undo: () => file.convert('shared', file.all),
        },
        {
          name: 'a conversion of many runs',
          run: () => file.convert('shared', file.all),
          undo: () => file.convertEach('private', { order: 'forward', every: 4 }),
        },
        { name: 'unbinding', run: unbind, undo: bind },
        { name: 'binding', run: bind, undo: unbind },
        {
          name: 'a hole',
          run: () => file.punchHole(file.all),
          undo: () => file.host.fill(file.all, 0x42),
        },
      ]
      for (const { name, run, undo, mayBeShort = false, arrived = cameInCall } of operations) {
        const { pending, nanoseconds } = await perform('blocked', 0, name, run)
        check.that(pending, `the blocked signal was there in ${name}`)
        const attempt = async (after: number) => {
          await undo()
          return arrived(await perform('handled', after, name, run))
        }
        const hit = await tryMoments(nanoseconds, attempt, mayBeShort ? fewTries : undefined)
        check.that(hit || mayBeShort, `a signal arrived in ${name} of pages of ${what}`)
        if (name === 'a conversion to private') await file.matchesModel()
        else if (name !== 'unbinding') await file.matchesModel(pages(huge - 2, 4))
      }
      if (file.model.pagesPerUnit > 1) await file.expectAccounting()
    }
  },
})

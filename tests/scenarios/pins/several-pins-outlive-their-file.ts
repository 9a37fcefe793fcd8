// S-A25, S-A36: huge pages of a closed file return to the pool one by one, each when its last pin has gone, in any order.
import { setTimeout } from 'node:timers/promises'
import { page, pagesPerHugePage, scenario, type HugePageSize, type ScenarioContext } from '../../../harness/api.ts'

/** Longer than a kernel that looks for the end of pins now and then waits between two looks. */
const looksMilliseconds = 150

interface Case {
  readonly size: HugePageSize
  /** The number of huge pages at the start of the file with a pin; those behind them are touched, and return at once. */
  readonly pinned: number
  readonly unpinned: number
  /** The pinned pages, and the number of huge pages that are still lent when the pins have gone up to this one. */
  readonly pins: readonly {
    readonly at: number
    readonly by: 'vmsplice' | 'socket' | 'gup-test'
    readonly lent: number
  }[]
}

const cases: readonly Case[] = [
  {
    size: '2M',
    pinned: 3,
    unpinned: 1,
    pins: [
      { at: 5, by: 'vmsplice', lent: 3 },
      { at: 512 + 511, by: 'socket', lent: 2 },
      { at: 300, by: 'gup-test', lent: 1 },
      { at: 1024, by: 'socket', lent: 0 },
    ],
  },
  {
    size: '2M',
    pinned: 2,
    unpinned: 2,
    pins: [
      { at: 300, by: 'gup-test', lent: 2 },
      { at: 5, by: 'vmsplice', lent: 1 },
      { at: 512, by: 'socket', lent: 1 },
      { at: 512, by: 'vmsplice', lent: 0 },
    ],
  },
  {
    size: '1G',
    pinned: 1,
    unpinned: 0,
    pins: [
      { at: 511, by: 'socket', lent: 1 },
      { at: 200_000, by: 'vmsplice', lent: 0 },
    ],
  },
]

async function closeWithPins(context: ScenarioContext, { size, pinned, unpinned, pins }: Case): Promise<void> {
  const { memory, pools, agent, check, expectDone } = context
  const before = await pools.counters(size)
  const huge = pagesPerHugePage(size)
  const file = await memory({ pages: (pinned + unpinned) * huge, hugePages: size, initially: 'private' })
  const held = []
  for (const { at, by, lent } of pins) {
    await file.ensure('shared', page(at))
    await file.host.fill(page(at), 0x56)
    held.push({ at, lent, pin: await file.pin(page(at), by) })
  }
  for (let index = pinned; index < pinned + unpinned; index += 1) await file.guest.fill(page(index * huge), 0x57)
  const { vm, vcpu } = file.handles
  expectDone(await agent.close(await vcpu()), 'closing the vCPU')
  await file.close()
  expectDone(await agent.close(vm), 'closing the VM')
  check.equal(
    await pools.counters(size),
    { ...before, free: before.free - pinned },
    `the pool of ${size} with all pins`,
  )

  let lentBefore = pinned
  for (const { at, lent, pin } of held) {
    await pin.release()
    if (lent === lentBefore) await setTimeout(looksMilliseconds)
    lentBefore = lent
    const wanted = { ...before, free: before.free - lent }
    await pools.expectBack(size, wanted, `the pool of ${size} after the pin of page ${at} has gone`)
  }
}

export default scenario({
  title: 'each huge page of a closed file returns to the pool when its last pin is gone, in any order',
  rules: ['S-A25', 'S-A36'],
  needs: ['in-place-conversion', 'hugetlb', 'gup-test'],
  pools: { '2M': 4, '1G': 1 },
  async run(context) {
    for (const each of cases) await closeWithPins(context, each)
  },
})

// S-A25, S-A37: a pinned huge page stays taken after file, mapping, VM and control group are gone; it returns to the pool after the pin ends.
import { setTimeout } from 'node:timers/promises'
import { page, pages, scenario } from '../../../harness/api.ts'

const pinnedMilliseconds = 600

export default scenario({
  title: 'a pinned huge page returns to the pool after file, control group and then the pin are gone',
  rules: ['S-A25', 'S-A36', 'S-A37'],
  bugs: ['A-26', 'A-25', 'O-23', 'A-12'],
  needs: ['in-place-conversion', 'hugetlb', 'hugetlb-cgroup', 'gup-test'],
  pools: { '2M': 4 },
  async run({ memory, enterGroup, pools, agent, check, expectDone }) {
    const before = await pools.counters('2M')
    const group = await enterGroup('pinning')
    const file = await memory({ pages: 1536, hugePages: '2M', initially: 'shared' })
    await file.host.fill(pages(0, 4), 0x56)
    await file.host.fill(page(1000), 0x57)
    await file.guest.expect(page(1000), 0x57)
    const pin = await file.pin(page(1000), 'gup-test')

    const { vm, vcpu } = file.handles
    await file.close()
    expectDone(await agent.close(await vcpu()), 'closing the vCPU')
    expectDone(await agent.close(vm), 'closing the VM')
    const lent = { ...before, free: before.free - 1 }
    check.equal(await pools.counters('2M'), lent, 'the pool while a page is pinned')
    const charges = await group.charges('2M')
    check.equal(charges.used, 2 * 1024 * 1024, 'charge of the group for the pinned page')
    await group.leave()

    // A kernel that looks for the end of the pin only once, or only for a moment, has given up after this.
    await setTimeout(pinnedMilliseconds)
    check.equal(await pools.counters('2M'), lent, 'the pool while the page stays pinned')
    await pin.release()
    await pools.expectBack('2M', before, 'the pool after the pin is released')
    check.equal(await pools.resize('2M', 0), 0, 'the pool when all its pages are freed')
    check.equal(await pools.resize('2M', before.total), before.total, 'the pool made anew')
  },
})

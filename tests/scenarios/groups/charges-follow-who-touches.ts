// K-groups: the reservation belongs to the group of the creation, each page to the group of its first touch; conversions and holes of other groups move no charge.
import { hugePageBytes, page, pages, pagesPerHugePage, scenario, type HugePageSize } from '../../../harness/api.ts'

export default scenario({
  title: 'a huge page is charged to the group of the process that touches it first, until it is freed',
  rules: ['K-groups', 'S-A36', 'S-A37'],
  needs: ['in-place-conversion', 'hugetlb', 'hugetlb-cgroup'],
  pools: { '2M': 4, '1G': 1 },
  timeout: 30,
  async run({ memory, enterGroup, dyingGroups, pools, agent, check, expectDone }) {
    const sizes: readonly (readonly [HugePageSize, number])[] = [
      ['2M', 3],
      ['1G', 1],
    ]
    for (const [size, units] of sizes) {
      const bytes = hugePageBytes[size]
      const inUnit = pagesPerHugePage(size)
      const unit = (index: number) => pages(index * inUnit, inUnit)
      const last = units - 1
      const before = await pools.counters(size)
      const creator = await enterGroup('creator')
      const file = await memory({ pages: units * inUnit, hugePages: size, initially: 'shared' })
      const toucher = await enterGroup('toucher')
      const { mapping } = file.handles

      const expectCharges = async (wanted: readonly [number, number], what: string): Promise<void> => {
        const reserved = units * bytes
        for (const [group, used, rsvd] of [
          [creator, wanted[0] * bytes, reserved],
          [toucher, wanted[1] * bytes, 0],
        ] as const) {
          const whose = `${group === creator ? 'the creator' : 'the toucher'} of ${size} pages ${what}`
          check.equal(await group.charges(size), { used, reserved: rsvd }, `charges of ${whose}`)
          check.equal(await group.nodes(size), { total: used, perNode: [used] }, `use by node of ${whose}`)
        }
        const inUse = wanted[0] + wanted[1]
        const { free } = await pools.counters(size)
        check.equal(free, before.free - inUse, `free pages of ${size} ${what}`)
      }

      await expectCharges([0, 0], 'after the creation')
      await file.host.fill(page(0), 0x11)
      await expectCharges([0, 1], 'after a touch of the host')
      await creator.enter()
      await file.convert('private', unit(0))
      await expectCharges([0, 1], 'after a merge from another group')
      await file.convert('shared', page(0))
      await file.host.expect(page(0), 0x11)
      await expectCharges([0, 1], 'after a split from another group')
      if (last > 0) {
        await file.guest.fill(page(inUnit), 0x22)
        await expectCharges([1, 1], 'after a touch of the guest')
        const child = await agent.fork()
        await toucher.enter(child.pid)
        const offset = last * bytes
        if (mapping !== undefined) {
          expectDone(await child.host.fill(mapping, offset, 4096, { byte: 0x33 }), 'a touch of a child')
        }
        file.model.fill(page(last * inUnit), 0x33)
        await expectCharges([1, 2], 'after a touch of a child')
        await child.kill()
        await file.host.expect(page(last * inUnit), 0x33)
      }
      await file.punchHole(unit(0))
      await expectCharges([last > 0 ? 1 : 0, last > 0 ? 1 : 0], 'after a hole from another group')
      await file.allocate(page(0))
      await expectCharges([last > 0 ? 2 : 1, last > 0 ? 1 : 0], 'after an allocation from another group')
      await toucher.enter()
      await file.close()
      for (const group of [creator, toucher]) {
        check.equal(await group.charges(size), { used: 0, reserved: 0 }, `charges for ${size} pages of a closed file`)
        check.equal(
          await group.nodes(size),
          { total: 0, perNode: [0] },
          `use by node of ${size} pages of a closed file`,
        )
        await group.leave()
      }
      check.equal(await pools.counters(size), before, `the pool of ${size} when the file is closed`)
      check.equal(await dyingGroups(), 0, `removed groups that a file of ${size} pages has left behind`)
    }
  },
})

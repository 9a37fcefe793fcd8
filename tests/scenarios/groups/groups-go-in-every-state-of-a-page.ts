// K-groups: groups are removed one after the other, from the innermost on, while a huge page of theirs is whole, split, merged and overdue.
import { hugePageBytes, page, pagesPerHugePage, scenario, type Group, type HugePageSize } from '../../../harness/api.ts'

const root = '/sys/fs/cgroup'
const depth = 5

export default scenario({
  title: 'a control group can be removed in every state of its huge page, and the charge moves up one group',
  rules: ['K-groups', 'S-A37'],
  bugs: ['A-26'],
  needs: ['in-place-conversion', 'hugetlb', 'hugetlb-cgroup', 'gup-test'],
  pools: { '2M': 4, '1G': 1 },
  timeout: 30,
  async run({ memory, enterGroup, dyingGroups, pools, agent, check, expectDone }) {
    // A group with a split page of its own, which no removal of another group concerns.
    const witness = await enterGroup('witness')
    const other = await memory({ pages: 512, hugePages: '2M', initially: 'shared' })
    await other.host.fill(page(0), 0x99)

    /** Makes nested groups and enters the innermost one; only that one can have processes. */
    async function nest(): Promise<{ readonly names: string[]; readonly inner: Group }> {
      const levels = Array.from({ length: depth }, (_, level) => `g${level}`)
      const names = levels.map((_, index) => levels.slice(0, index + 1).join('/'))
      for (const name of names.slice(0, -1)) {
        expectDone(await agent.files.makeDirectory(`${root}/${name}`), `making the group ${name}`)
        const control = await agent.files.writeFile(`${root}/${name}/cgroup.subtree_control`, '+hugetlb')
        expectDone(control, `giving the group ${name} control of huge pages`)
      }
      return { names, inner: await enterGroup(names.at(-1) ?? '') }
    }

    async function useOf(name: string, size: HugePageSize): Promise<readonly [number, string]> {
      const base = `${root}/${name}/hugetlb.${size}B`
      const { data } = expectDone(await agent.files.readFile(`${base}.numa_stat`), 'reading the numbers of nodes')
      return [await agent.files.readNumber(`${base}.current`), data.toString().trim()]
    }

    for (const size of ['2M', '1G'] as const) {
      const bytes = hugePageBytes[size]
      const before = await pools.counters(size)
      const owner = await enterGroup('owner')
      const file = await memory({ pages: pagesPerHugePage(size), hugePages: size, initially: 'private' })
      const { names, inner } = await nest()
      await file.allocate(page(0))

      const remove = async (state: string, reserved: number): Promise<void> => {
        const what = `when a group is removed while its page of ${size} is ${state}`
        const gone = names.pop() ?? ''
        if (names.length === depth - 1) await inner.leave()
        else expectDone(await agent.files.removeDirectory(`${root}/${gone}`), `removing the group ${gone}`)
        check.equal(await dyingGroups(), 0, `removed groups that are still in use ${what}`)
        const parent = names.at(-1)
        if (parent !== undefined) {
          check.equal(await useOf(parent, size), [bytes, `total=${bytes} N0=${bytes}`], `use of its parent ${what}`)
        }
        check.equal(await owner.charges(size), { used: 0, reserved }, `charges of the group of the creation ${what}`)
        const wanted = { used: hugePageBytes['2M'], reserved: hugePageBytes['2M'] }
        check.equal(await witness.charges('2M'), wanted, `charges of another group ${what}`)
      }

      await remove('whole', bytes)
      await file.convert('shared', page(7))
      await file.host.fill(page(7), 0x77)
      await remove('split', bytes)
      await file.convert('private', page(7))
      await remove('merged', bytes)
      await file.convert('shared', page(7))
      await file.host.expect(page(7), 0x77)
      const pin = await file.pin(page(7), 'gup-test')
      await file.close()
      await remove('overdue', 0)
      await remove('overdue', 0)
      check.equal((await pools.counters(size)).free, before.free - 1, `free pages of ${size} while one is pinned`)
      await pin.release()
      await pools.expectBack(size, before, `the pool of ${size} when all groups are gone`)
      await owner.leave()
    }
    await witness.leave()
  },
})

// K-groups: groups are removed one after the other, from the innermost on, while a huge page of theirs is whole, split, merged and overdue.
import { setTimeout as sleep } from 'node:timers/promises'
import { hugePageBytes, page, pagesPerHugePage, scenario } from '../../../harness/api.ts'

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
    for (const size of ['2M', '1G'] as const) {
      const bytes = hugePageBytes[size]
      const before = await pools.counters(size)
      const names = Array.from({ length: depth }, (_, index) =>
        Array.from({ length: index + 1 }, (_level, level) => `g${level}`).join('/'),
      )
      for (const name of names.slice(0, -1)) {
        expectDone(await agent.files.makeDirectory(`${root}/${name}`), `making the group ${name}`)
        const control = await agent.files.writeFile(`${root}/${name}/cgroup.subtree_control`, '+hugetlb')
        expectDone(control, `giving the group ${name} control of huge pages`)
      }
      const inner = await enterGroup(names.at(-1) ?? '')
      const file = await memory({ pages: pagesPerHugePage(size), hugePages: size, initially: 'private' })
      const { gmem, mapping } = file.handles
      await file.allocate(page(0))

      const chargesOf = async (name: string): Promise<readonly (number | string)[]> => {
        const read = (what: string): Promise<number> =>
          agent.files.readNumber(`${root}/${name}/hugetlb.${size}B.${what}`)
        const { data } = expectDone(
          await agent.files.readFile(`${root}/${name}/hugetlb.${size}B.numa_stat`),
          'reading the numbers of nodes',
        )
        return [await read('current'), await read('rsvd.current'), data.toString().trim()]
      }
      const remove = async (state: string, left: readonly [used: number, reserved: number]): Promise<void> => {
        const gone = names.pop() ?? ''
        if (names.length === depth - 1) await inner.leave()
        else
          expectDone(
            await agent.files.removeDirectory(`${root}/${gone}`),
            `removing a group while its page is ${state}`,
          )
        const parent = names.at(-1)
        if (parent === undefined) return
        const [used, reserved] = left
        check.equal(
          await chargesOf(parent),
          [used, reserved, `total=${used} N0=${used}`],
          `use, reservation and use by node of the parent of a group removed while its page of ${size} is ${state}`,
        )
      }

      await remove('whole', [bytes, bytes])
      await file.convert('shared', page(7))
      await file.host.fill(page(7), 0x77)
      await remove('split', [bytes, bytes])
      await file.convert('private', page(7))
      await remove('merged', [bytes, bytes])
      await file.convert('shared', page(7))
      await file.host.expect(page(7), 0x77)
      const pin = await file.pin(page(7), 'gup-test')
      expectDone(await agent.close(gmem), 'closing the file')
      if (mapping !== undefined) expectDone(await agent.host.munmap(mapping), 'unmapping it')
      await remove('overdue', [bytes, 0])
      await remove('overdue', [0, 0])
      check.equal((await pools.counters(size)).free, before.free - 1, `free pages of ${size} while one is pinned`)
      await pin.release()
      for (let wait = 10; wait < 2000 && (await pools.counters(size)).free < before.free; wait *= 2) await sleep(wait)
      check.equal(await pools.counters(size), before, `the pool of ${size} when all groups are gone`)
      check.equal(await dyingGroups(), 0, `removed groups that a page of ${size} has left behind`)
    }
  },
})

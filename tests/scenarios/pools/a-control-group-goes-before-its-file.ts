// S-A37: a control group can be removed before a file that it was charged for; the charges move to its parent.
import { page, pages, scenario } from '../../../harness/api.ts'

const outer = '/sys/fs/cgroup/outer'
const size = 2 * 1024 * 1024

export default scenario({
  title: 'a control group can be removed while its huge pages are in use, and no charge is lost',
  rules: ['S-A37'],
  bugs: ['A-26'],
  needs: ['in-place-conversion', 'hugetlb', 'hugetlb-cgroup'],
  pools: { '2M': 4 },
  async run({ memory, enterGroup, agent, check, expectDone }) {
    const charged = async (): Promise<number[]> => [
      await agent.files.readNumber(`${outer}/hugetlb.2MB.current`),
      await agent.files.readNumber(`${outer}/hugetlb.2MB.rsvd.current`),
    ]
    expectDone(await agent.files.makeDirectory(outer), 'making a group')
    const control = await agent.files.writeFile(`${outer}/cgroup.subtree_control`, '+hugetlb')
    expectDone(control, 'giving it control of huge pages')
    const group = await enterGroup('outer/inner')
    const file = await memory({ pages: 3 * 512, hugePages: '2M', initially: 'private' })
    await file.allocate(pages(0, 1024))
    await file.convert('shared', page(3))
    await file.host.fill(page(3), 0x55)
    check.equal(await charged(), [2 * size, 3 * size], 'used and reserved bytes with the group')

    await group.leave()
    check.equal(await charged(), [2 * size, 3 * size], 'used and reserved bytes without the group')
    await file.convert('private', page(3))
    await file.convert('shared', page(600))
    await file.guest.expect(page(3), 0x55)
    check.equal(await charged(), [2 * size, 3 * size], 'used and reserved bytes after conversions')
    await file.punchHole(pages(512, 512))
    check.equal(await charged(), [size, 3 * size], 'used and reserved bytes after a hole')

    await file.close()
    check.equal(await charged(), [0, 0], 'used and reserved bytes without the file')
    expectDone(await agent.files.removeDirectory(outer), 'removing the other group')
  },
})

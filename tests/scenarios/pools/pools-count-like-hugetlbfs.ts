// S-A36, S-A37: pool and control group treat a guest_memfd of huge pages like a mapped file of hugetlbfs of that size.
import { pages, pageSize, scenario } from '../../../harness/api.ts'

const size = 3 * 512 * pageSize
const hugetlb = 4 // MFD_HUGETLB
const untouched = 2 * 512 * pageSize

export default scenario({
  title: 'pool and control group count a guest_memfd like a file of hugetlbfs',
  rules: ['S-A36', 'S-A37'],
  bugs: ['A-33', 'A-34'],
  needs: ['in-place-conversion', 'hugetlb', 'hugetlb-cgroup'],
  pools: { '2M': 4 },
  async run({ memory, pools, agent, enterGroup, check, expectDone }) {
    const group = await enterGroup('reference')
    const look = async (): Promise<unknown> => [await pools.counters('2M'), await group.charges('2M')]

    const { file } = expectDone(await agent.files.memfd(size, hugetlb), 'making a file of hugetlbfs')
    const { mapping } = expectDone(await agent.host.mmap({ file, length: size }), 'mapping it')
    const wanted = [await look()]
    expectDone(await agent.host.fill(mapping, 0, pageSize, { byte: 1 }), 'touching it')
    wanted.push(await look())
    expectDone(await agent.host.fill(mapping, 0, untouched, { byte: 1 }), 'touching two pages')
    wanted.push(await look(), await look())
    expectDone(await agent.host.munmap(mapping), 'unmapping it')
    expectDone(await agent.close(file), 'closing it')
    wanted.push(await look())

    const gmem = await memory({ pages: size / pageSize, hugePages: '2M', initially: 'shared' })
    const found = [await look()]
    await gmem.host.fill(pages(0, 1), 1)
    found.push(await look())
    await gmem.guest.fill(pages(0, 1024), 1)
    found.push(await look())
    await gmem.convert('private', pages(0, 512))
    found.push(await look())
    const { handles } = gmem
    if (handles.mapping !== undefined) expectDone(await agent.host.munmap(handles.mapping), 'unmapping it')
    expectDone(await agent.close(handles.gmem), 'closing it')
    found.push(await look())

    const steps = ['made', 'touched', 'touched twice', 'split or merged', 'closed']
    for (const [index, step] of steps.entries()) {
      check.equal(found[index], wanted[index], `pool and charges of a guest_memfd that is ${step}`)
    }
    await group.leave()
  },
})

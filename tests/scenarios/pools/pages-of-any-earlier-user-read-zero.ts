// S-A20: what other users of a pool wrote shows in no file: a file system, anonymous memory, its copies in a child, other guest memory.
import { hugePageBytes, mapFlags, pagesPerHugePage, scenario, type Memory } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const count = 2
const length = count * hugePageBytes['2M']
const anonymous = mapFlags.private | mapFlags.anonymous | mapFlags.hugetlb

export default scenario({
  title: 'huge pages read as zero on both sides, no matter who used them before',
  rules: ['S-A20'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 2 * count },
  timeout: 20,
  async run({ memory, agent, expectDone, pools }) {
    const map = async (flags: number) =>
      expectDone(await agent.host.mmap({ length, flags }), 'mapping anonymous huge pages').mapping
    const users = {
      'a file system': async () => {
        await pools.poison('2M', 0xc1)
      },
      'anonymous memory': async () => {
        // Both halves of the pool at once, so that all of it has been used.
        const mappings = [await map(anonymous), await map(anonymous)]
        for (const mapping of mappings)
          expectDone(await agent.host.fill(mapping, 0, length, { byte: 0xc2 }), 'filling it')
        for (const mapping of mappings) expectDone(await agent.host.munmap(mapping), 'unmapping it')
      },
      'the copy of a child': async () => {
        const mapping = await map(anonymous)
        expectDone(await agent.host.fill(mapping, 0, length, { byte: 0xc3 }), 'filling it')
        {
          await using child = await agent.fork()
          expectDone(await child.host.fill(mapping, 0, length, { byte: 0xc4 }), 'filling the copies')
        }
        expectDone(await agent.host.munmap(mapping), 'unmapping it')
      },
      'private memory of a guest': async () => {
        const file = await memory({ pages: 2 * count * huge, hugePages: '2M', initially: 'private' })
        await file.guest.fill(file.all, 0xc5)
        await release(file)
      },
      'shared memory of a guest': async () => {
        const file = await memory({ pages: 2 * count * huge, hugePages: '2M', initially: 'shared' })
        await file.host.fill(file.all, 0xc6)
        await release(file)
      },
    }
    const release = async (file: Memory): Promise<void> => {
      expectDone(await agent.vm.deleteMemslot(file.handles.vm, 0), 'unbinding the file')
      await file.close()
      await pools.expectBack('2M', unused, 'the pool after a file')
    }
    const unused = await pools.counters('2M')
    for (const [user, use] of Object.entries(users)) {
      await use()
      await pools.expectBack('2M', unused, `the pool after ${user}`)
      for (const initially of ['shared', 'private'] as const) {
        const file = await memory({ pages: count * huge, hugePages: '2M', initially })
        await file.guest.expect(file.all, 0)
        if (initially === 'private') await file.convert('shared', file.all)
        await file.host.expect(file.all, 0)
        await release(file)
      }
    }
  },
})

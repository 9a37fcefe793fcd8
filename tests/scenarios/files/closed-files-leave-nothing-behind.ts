// S-A1, S-A35: a closed file leaves no inode, no page and no node of its tree.
import { pageSize, scenario } from '../../../harness/api.ts'

const files = 15
const pages = 64
/** Meanwhile the rest of the system may allocate or free one of each per three files. */
const tolerance = files / 3

export default scenario({
  title: 'creating, converting and closing many files leaves no inode, no page and no tree node',
  rules: ['S-A35', 'S-A1'],
  needs: ['in-place-conversion', 'slab-counters'],
  async run({ agent, check, dialect, mapleNodes, expectDone, uapi }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const size = pages * pageSize
    const count = async (): Promise<{ inodes: number; cached: number; nodes: number }> => ({
      nodes: await mapleNodes(),
      inodes: await agent.files.readNumber('/proc/sys/fs/inode-nr'),
      cached: await pageCache(),
    })
    const pageCache = async (): Promise<number> => {
      const { data } = expectDone(await agent.files.readFile('/proc/meminfo'), 'reading /proc/meminfo')
      return Number(/^Cached: +(\d+) kB$/m.exec(data.toString())?.[1]) / 4
    }

    await count()
    const before = await count()
    for (let index = 0; index < files; index += 1) {
      const created = await agent.gmem.create({ vm, size, flags: uapi.flagsFor({ initially: 'shared' }) })
      const { gmem } = expectDone(created, 'creating a file')
      expectDone(await agent.gmem.allocate(gmem, 0, size), 'allocating all of it')
      const everyOther = {
        target: gmem,
        dialect,
        to: 'private',
        offset: 0,
        size,
        stride: 2 * pageSize,
      } as const
      expectDone(await agent.gmem.convertMany(everyOther), 'converting every other page')
      expectDone(await agent.close(gmem), 'closing the file')
    }
    const after = await count()

    for (const [what, each] of [
      ['inodes', 1],
      ['nodes', 1],
      ['cached', pages],
    ] as const) {
      const left = after[what] - before[what]
      check.between(left, -each * tolerance, each * tolerance, `${what} that ${files} closed files left behind`)
    }
  },
})

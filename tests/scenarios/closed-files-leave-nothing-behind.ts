// S-A1, S-A35: a file that is gone leaves neither an inode nor a page nor a node of its tree, and neither does one that could not be made.
import { gmemFlags, pageSize, scenario } from '../../harness/api.ts'

const files = 64
const pages = 16
/** Less than one file in four: what the rest of the system may do meanwhile. */
const tolerance = files / 4

export default scenario({
  title: 'creating, converting and closing many files leaves no inode, no page and no tree node',
  rules: ['S-A35', 'S-A1'],
  needs: ['in-place-conversion', 'slab-counters'],
  async run({ agent, check, dialect, mapleNodes, expectDone, expectErrno }) {
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

    const before = await count()
    for (let index = 0; index < files; index += 1) {
      const created = await agent.gmem.create({ vm, size, flags: gmemFlags.supportShared })
      const { gmem } = expectDone(created, 'creating a file')
      expectDone(await agent.gmem.allocate(gmem, 0, size), 'allocating all of it')
      for (const offset of [pageSize, 3 * pageSize, 5 * pageSize, 7 * pageSize, 9 * pageSize]) {
        const range = { target: gmem, dialect, to: 'private', offset, size: pageSize } as const
        expectDone(await agent.gmem.convert(range), 'converting a page')
      }
      expectDone(await agent.close(gmem), 'closing the file')
      expectErrno(await agent.gmem.create({ vm, size, flags: gmemFlags.initPrivate }), 'EINVAL', 'a bad flag')
    }
    const after = await count()

    check.between(after.inodes - before.inodes, -tolerance, tolerance, 'inodes left by 64 files')
    check.between(after.nodes - before.nodes, -tolerance, tolerance, 'tree nodes left by 64 files')
    check.between(
      after.cached - before.cached,
      -pages * tolerance,
      pages * tolerance,
      'pages left by 64 files',
    )
  },
})

// S-A1, S-A35: a closed file leaves no inode, no page and no node of its tree.
import { pageSize, scenario, type Memory } from '../../../harness/api.ts'

const files = 15
const pages = 64
/** Meanwhile the rest of the system may allocate or free one of each per three files. */
const tolerance = files / 3
/** Every page is a run of its own, and a node holds at most 16 of them. */
const nodes = pages / 16

export default scenario({
  title: 'creating, converting and closing many files leaves no inode, no page and no tree node',
  rules: ['S-A35', 'S-A1'],
  needs: ['in-place-conversion', 'slab-counters'],
  async run({ agent, check, memory, mapleNodes, expectDone }) {
    const count = async (): Promise<{ inodes: number; cached: number; nodes: number }> => ({
      nodes: await mapleNodes(),
      inodes: await agent.files.readNumber('/proc/sys/fs/inode-nr'),
      cached: await pageCache(),
    })
    const pageCache = async (): Promise<number> => {
      const { data } = expectDone(await agent.files.readFile('/proc/meminfo'), 'reading /proc/meminfo')
      return (Number(/^Cached: +(\d+) kB$/m.exec(data.toString())?.[1]) * 1024) / pageSize
    }

    const beside = await memory({ pages: 1, initially: 'shared', slot: false, mapped: false })
    await count()
    const before = await count()
    const opened: Memory[] = []
    for (let index = 0; index < files; index += 1) {
      const file = await memory({ pages, initially: 'shared', slot: false, mapped: false, beside })
      await file.allocate(file.all)
      await file.convertEach('private', { every: 2, order: 'forward' })
      opened.push(file)
    }
    const open = await count()
    for (const file of opened) await file.close()
    const after = await count()

    for (const [what, each] of [
      ['inodes', 1],
      ['nodes', nodes],
      ['cached', pages],
    ] as const) {
      const used = open[what] - before[what]
      check.that(used >= each * (files - tolerance), `${files} open files use ${what}, found ${used} more than before`)
      const left = after[what] - before[what]
      const allowed = (what === 'cached' ? pages : 1) * tolerance
      check.between(left, -allowed, allowed, `${what} that ${files} closed files left behind`)
    }
  },
})

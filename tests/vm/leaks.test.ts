// Leaks on the real kernel: what is left behind is found by its counter, and what comes back is not.
import { test } from 'tap'
import { must } from '../../harness/agent/wire/call.ts'
import { hugePageSizes } from '../../harness/base/huge-page-sizes.ts'
import { createContext } from '../../harness/vocabulary/create-context.ts'
import { LeakWatch } from '../../harness/oracle/leaks.ts'
import { bootTestInstance, openAgent, signal } from './fixtures/agent-machine.ts'

const pool = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages'

void test('counters that do not come back are named', async (t) => {
  // A kernel that is not in the cache is built first.
  t.setTimeout(3_600_000)
  await using instance = await bootTestInstance(t.testdir())
  await using agent = await openAgent(instance)
  const { patience } = instance.accelerator
  const watch = await LeakWatch.begin(agent, { without: new Set(), signal, patience })
  const { memory, pools } = createContext(
    agent,
    { dialect: 'convert-ioctl', hugePages: hugePageSizes },
    () => undefined,
  )

  const file = await memory({ pages: 64, initially: 'shared' })
  await file.guest.fill(file.all, 3)
  await agent.reset()
  t.strictSame(await watch.report(), { leaks: [], warnings: [] })

  t.equal(await pools.resize('2M', 2), 2)
  t.match((await watch.report()).leaks, [
    'nr_hugepages of 2M: 0 before, 2 after',
    'free_hugepages of 2M: 0 before, 2 after',
  ])
  t.equal(await pools.poison('2M', 0xa5), 2)
  t.strictSame((await watch.report()).leaks, [], 'the pool is as it was')

  await must(agent.files.writeFile(pool, '0'))
  await memory({ pages: 64, initially: 'shared' })
  t.match((await watch.report()).leaks, [
    /^nr_/,
    /^free_/,
    'inodes of guest_memfd files: 1 before, 2 after',
    /^open descriptors of the agent: \d+ before, \d+ after$/,
  ])
})

import { test } from 'tap'
import { must } from '../../../../harness/agent/wire/call.ts'
import { startHostAgent } from '../fixtures/host-agent.ts'

const page = 4096

void test('actors punch, allocate, map and fork', async (t) => {
  await using host = await startHostAgent()
  const { agent } = host
  const { file } = await must(agent.files.memfd(4 * page))
  const { mapping } = await must(agent.host.mmap({ file, length: 8 * page }))
  const range = { target: file, offset: page, size: 2 * page, rounds: 20 } as const
  const reports = await agent.race.run({
    duration: 10_000,
    actors: [
      { ...range, kind: 'punch' },
      { ...range, kind: 'allocate' },
      { ...range, kind: 'map' },
      // Half of it is beyond the end of the file: SIGBUS, in the child as in the parent.
      { ...range, kind: 'map', offset: 3 * page },
      { kind: 'fork', mapping, offset: 3 * page, size: 2 * page, rounds: 20 },
    ],
  })
  for (const report of reports) t.match(report, { rounds: 20, done: 20, failed: 0 }, report.kind)
  t.match(
    reports.map(({ faults }) => faults),
    [0, 0, 0, 20, 0],
  )
})

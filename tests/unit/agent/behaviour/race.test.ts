import { test } from 'tap'
import { must } from '../../../../harness/agent/wire/call.ts'
import { startHostAgent } from '../fixtures/host-agent.ts'

const page = 4096

void test('actors count their operations and findings', async (t) => {
  await using host = await startHostAgent()
  const { agent } = host
  const { file } = await must(agent.files.memfd(4 * page))
  const { mapping } = await must(agent.host.mmap({ file, length: 8 * page }))
  const [counter, reader, wrong, beyond, holes, missing] = await agent.race.run({
    duration: 5_000,
    actors: [
      { kind: 'host-count', mapping, offset: 0, size: 2 * page, rounds: 100 },
      { kind: 'host-read', mapping, offset: 2 * page, size: page, value: 0, rounds: 10 },
      { kind: 'host-read', mapping, offset: 2 * page, size: page, value: 5, rounds: 10 },
      { kind: 'host-read', mapping, offset: 4 * page, size: 2 * page, rounds: 10 },
      { kind: 'pin', mapping, offset: 3 * page, size: page, rounds: 10 },
      { kind: 'read-file', path: '/no/such/file', rounds: 10 },
    ],
  })
  t.match(counter, { kind: 'host-count', rounds: 100, done: 200, mismatches: 0, faults: 0 })
  t.match(reader, { rounds: 10, done: 10, mismatches: 0 })
  t.match(wrong, { mismatches: 10, wanted: 5n, found: 0n })
  t.match(beyond, { done: 0, faults: 20 })
  t.match(holes, { kind: 'pin', done: 10, failed: 0 })
  t.match(missing, { failed: 10, firstError: 'ENOENT' })
})

void test('two writers of one page are detected', async (t) => {
  await using host = await startHostAgent()
  const { mapping } = await must(host.agent.host.mmap({ length: page }))
  const actor = { kind: 'host-count', mapping, offset: 0, size: page } as const
  let found = false
  // On a busy computer the two may take turns for a while.
  for (let tries = 0; tries < 50 && !found; tries++) {
    const reports = await host.agent.race.run({ actors: [actor, actor], duration: 200 })
    found = reports.some((report) => report.mismatches > 0)
  }
  t.ok(found, 'a number went missing')
})

void test('a race goes on beside other operations, until it is stopped', async (t) => {
  await using host = await startHostAgent()
  const { mapping } = await must(host.agent.host.mmap({ length: 2 * page }))
  await host.agent.race.start([{ kind: 'host-count', mapping, offset: 0, size: page }])
  t.match(await host.agent.host.fill(mapping, page, page, { byte: 1 }), { outcome: 'done' })
  await t.rejects(host.agent.race.start([{ kind: 'host-count', mapping, offset: 0, size: page }]), {
    code: 'AGENT_REFUSED',
  })
  const [report] = await host.agent.race.stop()
  t.ok(report !== undefined && report.rounds > 0)
  t.match(await host.agent.race.stop(), [])
})

// Signals during operations of the real agent, which need no KVM.
import { test } from 'tap'
import { must } from '../../../../harness/agent/wire/call.ts'
import { startHostAgent } from '../fixtures/host-agent.ts'

const page = 4096
const size = 2048 * page

void test('a blocked signal is there during the next operation, and no later', async (t) => {
  await using host = await startHostAgent()
  const { agent } = host
  await must(agent.signalNext({ how: 'blocked', after: 0 }))
  await must(agent.setAffinity(0))
  t.match(await agent.signalNextResult(), { armed: true, error: 0, handled: 0, pending: true })
  await must(agent.setAffinity(0))
  t.match(await agent.signalNextResult(), { handled: 0, pending: true }, 'the result is that of the last promise')
})

void test('handled signals come during an operation, and an unused promise is seen', async (t) => {
  await using host = await startHostAgent()
  const { agent } = host
  const { mapping } = await must(agent.host.mmap({ length: size }))
  await must(agent.signalNext({ how: 'handled', after: 1000, every: 20_000 }))
  t.match(await agent.host.fill(mapping, 0, size, { byte: 1 }), { outcome: 'done' })
  const counted = await agent.signalNextResult()
  t.match(counted, { armed: true, error: 0, pending: false })
  t.ok(counted.handled > 0 && counted.nanoseconds > 0)
  await must(agent.signalNext({ how: 'handled', after: 1000 }))
  t.match(await agent.signalNextResult(), { armed: false })
  await t.rejects(agent.signalNext({ how: 'handled', after: 0 }), { code: 'AGENT_REFUSED' })
})

void test('SIGKILL ends a child in its operation, and nothing else', async (t) => {
  await using host = await startHostAgent()
  const { agent } = host
  const { mapping } = await must(agent.host.mmap({ length: size }))
  const child = await agent.fork()
  const untilItDies = async () => {
    for (let round = 0; round < 1000; round += 1) {
      await must(child.signalNext({ how: 'killed', after: 1000 }))
      await child.host.fill(mapping, 0, size, { byte: round % 256 })
    }
  }
  await t.rejects(untilItDies(), { code: 'AGENT_CHILD_GONE' })
  t.match(await child.kill(), { signal: 9 })
  t.match(await agent.host.fill(mapping, 0, size, { byte: 1 }), { outcome: 'done' })
})

void test('a racer signals the others, which go on', async (t) => {
  await using host = await startHostAgent()
  const { mapping } = await must(host.agent.host.mmap({ length: page }))
  const [counter, signaller] = await host.agent.race.run({
    duration: 200,
    actors: [
      { kind: 'host-count', mapping, offset: 0, size: page },
      { kind: 'signal', value: 100_000 },
    ],
  })
  t.match(counter, { mismatches: 0, faults: 0, failed: 0 })
  t.match(signaller, { failed: 0, firstError: 'OK' })
  t.ok((signaller?.done ?? 0) > 0)
})

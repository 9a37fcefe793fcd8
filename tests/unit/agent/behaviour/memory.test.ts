import { test } from 'tap'
import { must } from '../../../../harness/agent/wire/call.ts'
import type { Agent } from '../../../../harness/agent/client.ts'
import type { Mapping } from '../../../../harness/agent/wire/fields.ts'
import { startHostAgent } from '../fixtures/host-agent.ts'

const page = 4096

/** A file of some pages in a mapping that is longer: the rest is SIGBUS. */
async function mapFile(agent: Agent, pages: number, mapped: number): Promise<Mapping> {
  const { file } = await must(agent.files.memfd(pages * page))
  const { mapping } = await must(agent.host.mmap({ file, length: mapped * page }))
  return mapping
}

void test('accesses survive SIGBUS and say where it struck', async (t) => {
  await using host = await startHostAgent()
  const memory = host.agent.host
  const mapping = await mapFile(host.agent, 4, 8)
  const fault = { errno: 'OK', outcome: 'sigbus', signalCode: 2, faultOffset: 4 * page }
  t.match(await memory.fill(mapping, 0, 8 * page, { byte: 1 }), { ...fault, bytes: 4 * page })
  t.match(await memory.verify(mapping, 0, 8 * page, { byte: 1 }), {
    ...fault,
    bytes: 4 * page,
    mismatches: 0,
  })
  t.match(await memory.write(mapping, 4 * page - 2, Buffer.from('abcd')), { ...fault, bytes: 2 })
  const read = await memory.read(mapping, 4 * page - 4, 8)
  t.match(read, { ...fault, bytes: 4 })
  t.equal(read.data.toString('latin1'), '\x01\x01ab')
})

void test('memory that may not be written is SIGSEGV', async (t) => {
  await using host = await startHostAgent()
  const { mapping } = await must(host.agent.host.mmap({ length: page, protection: 1 }))
  t.match(await host.agent.host.fill(mapping, 8, 8, { byte: 1 }), { outcome: 'sigsegv', faultOffset: 8 })
})

void test('a scan shows runs of pages that look alike', async (t) => {
  await using host = await startHostAgent()
  const memory = host.agent.host
  const mapping = await mapFile(host.agent, 6, 8)
  await must(memory.fill(mapping, page, 2 * page, { byte: 0xa5 }))
  await must(memory.write(mapping, 4 * page + 17, Buffer.from('x')))
  const { runs } = await memory.scan(mapping, 0, 8 * page)
  t.same(runs, [
    { first: 0, count: 1, value: 0 },
    { first: 1, count: 2, value: 0xa5 },
    { first: 3, count: 1, value: 0 },
    { first: 4, count: 1, value: 'mixed' },
    { first: 5, count: 1, value: 0 },
    { first: 6, count: 2, value: 'sigbus' },
  ])
})

void test('a pattern by page tells pages apart', async (t) => {
  await using host = await startHostAgent()
  const memory = host.agent.host
  const mapping = await mapFile(host.agent, 4, 4)
  await must(memory.fill(mapping, 0, 4 * page, { seed: 5 }))
  t.match(await memory.verify(mapping, 0, 4 * page, { seed: 5 }), { mismatches: 0 })
  t.match(await memory.verify(mapping, page, 2 * page, { seed: 6 }), { mismatches: 0 }, 'the seed moves along')
  t.match(await memory.verify(mapping, 0, 4 * page, { seed: 6 }), { mismatches: 2048, mismatchOffset: 0 })
  await must(memory.write(mapping, 2 * page + 8, Buffer.alloc(8, 0xff)))
  const changed = await memory.verify(mapping, 0, 4 * page, { seed: 5 })
  t.match(changed, { mismatches: 1, mismatchOffset: 2 * page + 8, found: 0xffff_ffff_ffff_ffffn })
})

void test('a child has its own view and dies alone', async (t) => {
  await using host = await startHostAgent()
  const mapping = await mapFile(host.agent, 2, 2)
  const child = await host.agent.fork()
  await must(child.host.fill(mapping, 0, page, { byte: 7 }))
  t.match(await host.agent.host.scan(mapping, 0, 2 * page), { runs: [{ value: 7 }, { value: 0 }] })
  await must(child.host.munmap(mapping))
  t.match(await host.agent.host.read(mapping, 0, 1), { outcome: 'done' }, 'the parent has it still')
  await t.rejects(child.host.read(mapping, 0, 1), { code: 'AGENT_REFUSED' })
  process.kill(child.pid, 'SIGKILL')
  await t.rejects(child.host.read(mapping, 0, 1), { code: 'AGENT_CHILD_GONE' })
  t.match(await child.kill(), { exited: false, signal: 9 })
  t.match(await host.agent.host.read(mapping, 0, 1), { outcome: 'done' }, 'the agent goes on')
})

void test('a child that crashes is not one that was killed: the kernel did it', async (t) => {
  await using host = await startHostAgent()
  const mapping = await mapFile(host.agent, 2, 2)
  const child = await host.agent.fork()
  process.kill(child.pid, 'SIGILL')
  await t.rejects(child.host.read(mapping, 0, 1), { code: 'AGENT_CHILD_CRASHED', fault: 'guest' })
  t.match(await child.kill(), { exited: false, signal: 4 })
})

void test('vmsplice holds a page beyond its mapping', async (t) => {
  await using host = await startHostAgent()
  const mapping = await mapFile(host.agent, 32, 33)
  t.match(await host.agent.host.pin({ mapping, offset: 0, size: 32 * page }), { errno: 'OK' })
  t.match(await host.agent.host.pin({ mapping, offset: 32 * page, size: page }), { errno: 'EFAULT' })
  t.match(await host.agent.host.pin({ mapping, offset: 0, size: page, method: 'gup-test' }), {
    errno: /^E(NOENT|ACCES|PERM)$/,
  })
})

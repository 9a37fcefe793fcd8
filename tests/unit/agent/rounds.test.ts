// Rounds of operations in the agent, on this computer: ends that are wanted and those that are not, objects of earlier calls.
import { test } from 'tap'
import { errnoNumber } from '../../../harness/agent/errno.ts'
import { call, made } from '../../../harness/agent/rounds.ts'
import { must } from '../../../harness/agent/wire/call.ts'
import { startHostAgent } from './fixtures/host-agent.ts'

const page = 4096
const create = call('memfdCreate', { flags: 0, size: page })
const map = call('mmap', { file: made(0), offset: 0, length: 2 * page, protection: 3, flags: 1 })
const behindEnd = { mapping: made(1), offset: page, size: 8 }
const unmap = call('munmap', { mapping: made(1), offset: 0, length: 0 })
const close = call('close', { handle: made(0) })

void test('a round uses the objects of its earlier calls, and leaves no descriptor', async (t) => {
  await using host = await startHostAgent()
  const before = await must(host.agent.descriptors())
  const sigbus = call('hostRead', behindEnd, { outcome: 'sigbus' })
  const result = await host.agent.repeat(500, [create, map, sigbus, unmap, close])
  t.match(result, { errno: 'OK', done: 500, callErrno: 'OK', errors: [0, 0, 0, 0, 0] })
  t.match(result.line, /repeat\(rounds 500, memfdCreate, mmap, hostRead, munmap, close\) = OK, done 500/)
  t.match(await host.agent.descriptors(), { open: before.open, withoutFile: 0 })
  const { file } = await must(host.agent.files.memfd(page))
  t.match(await host.agent.descriptors(), { open: before.open + 1 })
  await must(host.agent.close(file))
})

void test('the rounds stop at the first call that ends otherwise', async (t) => {
  await using host = await startHostAgent()
  const done = call('hostRead', behindEnd, { outcome: 'done' })
  t.match(await host.agent.repeat(5, [create, map, done, unmap, close]), {
    done: 0,
    call: 2,
    callErrno: 'OK',
    word: 1n,
  })
  const refused = call('memfdCreate', { flags: 1n << 31n, size: page }, { errno: 'EPERM' })
  t.match(await host.agent.repeat(5, [refused]), { done: 0, call: 0, callErrno: 'EINVAL' })
  t.equal(errnoNumber('OK'), 0)
  t.equal(errnoNumber('E999'), 999)
})

void test('a call that may fail is counted, and what it did not make is not used', async (t) => {
  await using host = await startHostAgent()
  const failing = call('memfdCreate', { flags: 1n << 31n, size: page }, { errno: 'any' })
  t.match(await host.agent.repeat(7, [failing, close]), { done: 7, errors: [7, 0] })
  t.match(await host.agent.repeat(7, [failing, map, unmap, close]), { done: 7, errors: [7, 0, 0, 0] })
})

void test('rounds that make no sense are refused', async (t) => {
  await using host = await startHostAgent()
  const { repeat } = host.agent
  const { mapping } = await must(host.agent.host.mmap({ length: page }))
  await must(host.agent.host.munmap(mapping))
  await t.rejects(repeat(1, [create]), { code: 'AGENT_REFUSED', message: /a round leaves a handle open/ })
  await t.rejects(repeat(1, [unmap]), { code: 'AGENT_REFUSED', message: /call 0 needs a later one/ })
  const refused = call('memfdCreate', { flags: 1n << 31n, size: page }, { errno: 'EINVAL' })
  await t.rejects(repeat(1, [refused, close]), { message: /call 0 makes nothing$/ })
  await t.rejects(repeat(1, [call('repeat', { rounds: 1 })]), { message: /a call repeats other calls/ })
  await t.rejects(
    repeat(
      1,
      Array.from({ length: 257 }, () => close),
    ),
    { message: /more than 256 calls/ },
  )
  await t.rejects(repeat(1, [call('munmap', { mapping, offset: 0, length: 0 })]), {
    message: /round 0, call 0: mapping#1 is closed/,
  })
})

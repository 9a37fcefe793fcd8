import { Patience } from '../../../harness/base/patience.ts'
import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { duplexPair } from 'node:stream'
import { test } from 'tap'
import { must } from '../../../harness/agent/wire/call.ts'
import { startAgent } from '../../../harness/agent/client.ts'
import { FrameReader } from '../../../harness/agent/wire/frames.ts'
import { maximumFrame } from '../../../harness/agent/wire/protocol.ts'
import { sleep } from '../../../harness/base/deadline.ts'
import { signal, startHostAgent } from './fixtures/host-agent.ts'
import { answerTo } from './fixtures/scripted.ts'

/** A zombie is not running. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    // There is no such process.
    return false
  }
}

void test('hello reports the process, the kernel and the CPUs', async (t) => {
  await using host = await startHostAgent()
  t.equal(host.agent.pid, host.process.pid)
  t.equal(host.agent.kernelRelease, release())
  t.ok(host.agent.cpus >= 1)
})

void test('an agent with another table is refused', async (t) => {
  const [near, far] = duplexPair()
  const reader = new FrameReader()
  far.on('data', (piece: Buffer) => {
    for (const frame of reader.push(piece)) {
      far.write(answerTo(frame, [1n, 0n, 0n, 0n, 0n, 0n], Buffer.from('6.12.0\ngcc\n0123456789abcdef')))
    }
  })
  await t.rejects(startAgent(near, { signal, patience: new Patience(1) }), {
    code: 'AGENT_MISMATCH',
    message: /another table of operations: digest 0123456789abcdef, but [0-9a-f]{16}-[0-9a-f]{16} in the harness/,
  })
})

void test('an operation that fails in the kernel is a result', async (t) => {
  await using host = await startHostAgent()
  const { errno, line } = await host.agent.files.readFile('/no/such/file')
  t.equal(errno, 'ENOENT')
  t.equal(line, 'readFile(offset 0x0, size 0x100000, /no/such/file) = ENOENT')
  t.equal(host.agent.recentOperations.at(-1), line)
})

void test('must: a failure in the kernel becomes an error', async (t) => {
  await using host = await startHostAgent()
  const { files, host: memory } = host.agent
  await t.rejects(must(files.readFile('/no/such/file')), { code: 'OPERATION_FAILED', message: /= ENOENT$/ })
  const { file } = await must(files.memfd(4096))
  const { mapping } = await must(memory.mmap({ file, length: 8192 }))
  await t.rejects(must(memory.read(mapping, 4096, 1)), { code: 'OPERATION_FAILED', message: /sigbus/ })
})

void test('a request that makes no sense is refused, and the conversation goes on', async (t) => {
  await using host = await startHostAgent()
  const { file } = await must(host.agent.files.memfd(4096))
  const { mapping } = await must(host.agent.host.mmap({ file, length: 4096 }))
  await must(host.agent.close(file))
  await t.rejects(host.agent.close(file), {
    code: 'AGENT_REFUSED',
    message: /close\(file#1\): file#1 is closed or of the wrong kind/,
  })
  await t.rejects(host.agent.host.read(mapping, 4096, 1), { code: 'AGENT_REFUSED', message: /outside/ })
  await t.rejects(host.agent.host.write(mapping, 0, Buffer.alloc(maximumFrame)), {
    code: 'AGENT_FRAME_TOO_BIG',
  })
  t.match(await host.agent.host.read(mapping, 0, 16), { errno: 'OK', outcome: 'done' })
})

void test('reset closes all handles and lists them', async (t) => {
  await using host = await startHostAgent()
  const { file } = await must(host.agent.files.memfd(4096))
  await must(host.agent.host.mmap({ file, length: 4096 }))
  await host.agent.fork()
  t.match(await host.agent.reset(), { handles: 2, open: 'child#3 mapping#2 file#1' })
  t.match(await host.agent.reset(), { handles: 0, open: '' })
})

void test('the death of the agent fails the operation that waits', async (t) => {
  const host = await startHostAgent()
  host.process.kill('SIGSTOP')
  const failure = t.rejects(host.agent.setAffinity(0), {
    code: 'AGENT_DIED',
    message: /the agent died during setAffinity\(/,
  })
  await sleep(20, signal)
  host.process.kill('SIGKILL')
  await failure
  t.same(await host.ended, [null, 'SIGKILL'])
})

void test('the agent exits when its input ends, and its children with it', async (t) => {
  const host = await startHostAgent()
  const child = await host.agent.fork()
  await host.agent[Symbol.asyncDispose]()
  t.same(await host.ended, [0, null])
  while (isRunning(child.pid)) await sleep(5, signal)
  t.notOk(isRunning(child.pid))
})

void test('children do not outlive an agent that is killed, not even stopped children', async (t) => {
  const host = await startHostAgent()
  const child = await host.agent.fork()
  process.kill(child.pid, 'SIGSTOP')
  host.process.kill('SIGKILL')
  await host.ended
  while (isRunning(child.pid)) await sleep(5, signal)
  t.notOk(isRunning(child.pid))
})

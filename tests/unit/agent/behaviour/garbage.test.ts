import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'tap'
import { encodeFrame } from '../../../../harness/agent/wire/frames.ts'
import { operations } from '../../../../harness/agent/wire/operations.ts'
import { maximumFrame } from '../../../../harness/agent/wire/protocol.ts'
import { dialects } from '../../../../harness/uapi/dialect.ts'
import { agentProgram } from '../fixtures/host-agent.ts'

/** Sends requests one after another, and returns all output of the agent and how it ended. */
async function tell(...requests: readonly Buffer[]): Promise<{ code: unknown; stdout: Buffer; stderr: string }> {
  const child = spawn(await agentProgram(), [], { stdio: ['pipe', 'pipe', 'pipe'] })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (piece: Buffer) => stdout.push(piece))
  child.stderr.on('data', (piece: Buffer) => stderr.push(piece))
  const closed = once(child, 'close')
  // Two requests in one read would be garbage: each one waits for the answer to the one before.
  for (const request of requests.slice(0, -1)) {
    child.stdin.write(request)
    await once(child.stdout, 'data')
  }
  child.stdin.end(requests.at(-1))
  const [code]: unknown[] = await closed
  return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }
}

const header = { sequence: 1, operation: operations.hello.number, process: 0, status: 0, errno: 0 }
const hello = encodeFrame(header, [1n], Buffer.alloc(0))

function withLength(length: number): Buffer {
  const frame = Buffer.from(hello)
  frame.writeUInt32LE(length, 4)
  return frame
}

void test('the agent exits after an invalid request', async (t) => {
  const garbage: Record<string, Buffer> = {
    'another protocol': Buffer.from('GET / HTTP/1.1\r\nHost: agent\r\n\r\n'),
    'another magic': Buffer.concat([Buffer.from('gmem'), hello.subarray(4)]),
    'a length that is too small': withLength(8),
    'a length that is too big': withLength(maximumFrame + 1),
    'half a header': hello.subarray(0, 12),
    'half a body': hello.subarray(0, hello.length - 1),
    'two requests at once': Buffer.concat([hello, hello]),
  }
  for (const [name, input] of Object.entries(garbage)) {
    t.match(await tell(input), { code: 2, stdout: Buffer.alloc(0), stderr: /a request is garbage/ }, name)
  }
})

void test('the agent refuses unknown operations, and any before hello', async (t) => {
  const requests: Record<string, Buffer> = {
    'hello must be first': encodeFrame({ ...header, operation: operations.reset.number }, [], Buffer.alloc(0)),
    'no such operation': encodeFrame({ ...header, operation: 999 }, [1n], Buffer.alloc(0)),
    'too few words': encodeFrame(header, [], Buffer.alloc(0)),
    'version 2': encodeFrame(header, [2n], Buffer.alloc(0)),
    'no such child': encodeFrame({ ...header, process: 5 }, [1n], Buffer.alloc(0)),
  }
  for (const [says, input] of Object.entries(requests)) {
    const { code, stdout } = await tell(input)
    t.equal(code, 0)
    t.equal(stdout.readUInt32LE(16), 1, 'refused')
    t.match(stdout.subarray(24).toString(), says)
  }
})

void test('the end of the input is the end of the agent', async (t) => {
  t.match(await tell(Buffer.alloc(0)), { code: 0, stderr: '' })
})

function convert(dialect: number): Buffer {
  const words = [0n, BigInt(dialect), 0n, 0n, 4096n, 0n]
  return encodeFrame({ ...header, operation: operations.convert.number }, words, Buffer.alloc(0))
}

void test('the agent has a row for each dialect of the harness, and refuses any other', async (t) => {
  for (const index of [...dialects.keys(), dialects.length]) {
    const { stdout } = await tell(hello, convert(index))
    const answer = stdout.subarray(stdout.readUInt32LE(4))
    t.equal(answer.readUInt32LE(16), 1, 'refused')
    const isKnown = index < dialects.length
    t.match(answer.subarray(24).toString(), isKnown ? /none#0 is closed/ : /cannot convert in dialect/)
  }
})

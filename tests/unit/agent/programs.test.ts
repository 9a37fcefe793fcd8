// Programs in the agent, on this computer: answers of all calls, objects of earlier calls, calls that make no sense.
import { test } from 'tap'
import { programCall } from '../../../harness/agent/programs.ts'
import { made } from '../../../harness/agent/rounds.ts'
import { must } from '../../../harness/agent/wire/call.ts'
import { startHostAgent } from './fixtures/host-agent.ts'

const page = 4096
const line = ({ line: text }: { readonly line: string }): string => text
const create = programCall('memfdCreate', { flags: 0, size: page }, line)
const map = programCall('mmap', { file: made(0), offset: 0, length: 2 * page, protection: 3, flags: 1 }, line)
const filling = { mapping: made(1), pattern: 'byte', value: 0x41 } as const

void test('a program goes on after an error, and returns the answer of each call', async (t) => {
  await using host = await startHostAgent()
  const before = await must(host.agent.descriptors())
  const { answers, line: shown } = await host.agent.runProgram([
    create,
    map,
    programCall('hostFill', { ...filling, offset: 0, size: page }, ({ outcome }) => outcome),
    programCall('hostFill', { ...filling, offset: page, size: page }, ({ outcome }) => outcome),
    programCall('memfdCreate', { flags: 1n << 31n, size: page }, ({ errno }) => errno),
    programCall(
      'hostScan',
      { mapping: made(1), offset: 0, size: 2 * page },
      ({ runs, tail }) => `${runs} ${tail.length}`,
    ),
    programCall('reset', {}, ({ handles }) => `${handles}`),
  ])
  t.match(shown, /program\(7 calls\) = OK, calls 7$/)
  const [created, mapped, ...others] = answers.map((read) => read())
  t.match(created, /memfdCreate\(.*\) = OK, file#1/)
  t.match(mapped, /mmap\(.*\) = OK, mapping#2/)
  t.strictSame(others, ['done', 'sigbus', 'EINVAL', '2 32', '2'])
  t.match(await host.agent.descriptors(), { open: before.open })
})

void test('a call that needs what an earlier one did not make is refused alone', async (t) => {
  await using host = await startHostAgent()
  const { answers } = await host.agent.runProgram([
    programCall('memfdCreate', { flags: 1n << 31n, size: page }, line),
    map,
    programCall('descriptors', {}, ({ errno }) => errno),
  ])
  const [failed, needing, last] = answers
  t.match(failed?.(), /EINVAL/)
  t.throws(() => needing?.(), { code: 'AGENT_REFUSED', message: /call 0 makes nothing/ })
  t.equal(last?.(), 'OK')
})

void test('a child of a program has the mappings of its fork, and its own objects', async (t) => {
  await using host = await startHostAgent()
  const child = made(2)
  const whole = { mapping: made(1), offset: 0, size: page } as const
  const { answers } = await host.agent.runProgram([
    create,
    map,
    programCall('fork', {}, line),
    programCall('munmap', { mapping: made(1), offset: 0, length: 0 }, line),
    programCall('hostFill', { ...filling, offset: 0, size: page }, ({ outcome }) => outcome, { child }),
    programCall('pin', { ...whole, method: 'vmsplice' }, line, { child }),
    programCall('close', { handle: made(5) }, ({ errno }) => errno, { child }),
    programCall('childKill', { child, signal: 9 }, ({ errno }) => errno),
    programCall('childWait', { child, timeout: 5000 }, ({ signal }) => `signal ${signal}`),
    programCall('hostScan', whole, line, { child }),
  ])
  const [, , , , outcome, pinned, ...ends] = answers.slice(0, -1).map((read) => read())
  t.equal(outcome, 'done')
  t.match(pinned, /^the child of call 2: pin\(.*\) = OK/)
  t.strictSame(ends, ['OK', 'OK', 'signal 9'])
  t.throws(() => answers.at(-1)?.(), { code: 'AGENT_REFUSED', message: /no such child/ })
})

void test('a program that leaves nothing open can run any number of times', async (t) => {
  await using host = await startHostAgent()
  const closing = programCall('close', { handle: made(0) }, ({ errno }) => errno)
  const numbers = new Set<string>()
  for (let round = 0; round < 3; round += 1) {
    const { answers } = await host.agent.runProgram([create, closing])
    numbers.add(/file#\d+/.exec(String(answers[0]?.()))?.[0] ?? '')
  }
  t.strictSame([...numbers], ['file#1'], 'numbers are given out again: a child has one of 16 bits')
})

void test('a call for a child that no call forked is refused alone', async (t) => {
  await using host = await startHostAgent()
  const { answers } = await host.agent.runProgram([
    programCall('descriptors', {}, ({ errno }) => errno, { child: made(1) }),
    programCall('descriptors', {}, ({ errno }) => errno),
  ])
  t.throws(() => answers[0]?.(), { code: 'AGENT_REFUSED', message: /call 0 needs a later one/ })
})

void test('a program that makes no sense is refused as a whole', async (t) => {
  await using host = await startHostAgent()
  const { runProgram } = host.agent
  const many = Array.from({ length: 257 }, () => programCall('descriptors', {}, line))
  await t.rejects(runProgram(many), { code: 'AGENT_REFUSED', message: /more than 256 calls/ })
  await t.rejects(runProgram([programCall('program', {}, line)]), { message: /a call repeats other calls/ })
  t.strictSame((await runProgram([])).answers, [])
})

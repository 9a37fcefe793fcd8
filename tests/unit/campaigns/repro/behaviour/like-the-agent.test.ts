// What the agent does on this computer, which needs no KVM, ends in C in the same ways.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { test, type Test } from 'tap'
import type { Agent } from '../../../../../harness/agent/client.ts'
import { call, made } from '../../../../../harness/agent/rounds.ts'
import { words } from '../../../../../harness/agent/vocabulary.ts'
import { must } from '../../../../../harness/agent/wire/call.ts'
import type { Mapping } from '../../../../../harness/agent/wire/fields.ts'
import { lineOf, type RecordedOperation } from '../../../../../harness/agent/wire/journal.ts'
import { operations } from '../../../../../harness/agent/wire/operations.ts'
import { cProgramOf } from '../../../../../harness/campaigns/repro/c-program.ts'
import { wordsBy } from '../../../../../harness/campaigns/repro/inner-calls.ts'
import { programOfFile, typedStep, type Step } from '../../../../../harness/campaigns/repro/recorded-program.ts'
import type { ProgramFile } from '../../../../../harness/report/stored/program-file.ts'
import { startHostAgent } from '../../../agent/fixtures/host-agent.ts'
import { programFile } from '../fixtures/recorded.ts'

const run = promisify(execFile)
const page = 4096

function stepOf(operation: RecordedOperation): Step {
  const { request, end } = operation
  const { name, process, words: sent, tail } = request
  const table = operations[name]
  const answered = end !== undefined && 'errno' in end ? end : undefined
  return typedStep({
    name,
    process,
    request: wordsBy(table.request, sent),
    bytes: Buffer.from(tail),
    line: lineOf(operation),
    end:
      answered === undefined
        ? undefined
        : { errno: answered.errno, answer: wordsBy(table.answer, answered.words), bytes: Buffer.from(answered.tail) },
  })
}

type Failure = Partial<ProgramFile['failure']> & { readonly message: string }

/** Lets the agent do something, then runs the exported program here, without its conditions about KVM. */
async function repeated(
  t: Test,
  failure: Failure,
  work: (agent: Agent) => Promise<void>,
): Promise<{ code: number; stdout: string }> {
  await using host = await startHostAgent()
  await work(host.agent)
  const steps = host.agent.operationsSince(() => false).operations.map(stepOf)
  const source = await cProgramOf({ ...programOfFile(programFile([], failure)), steps })
  const program = path.join(t.testdir(), 'reproducer')
  await writeFile(`${program}.c`, source.replaceAll(/^\tneed_(?:kvm|extension)\(.*\);\n/gm, ''))
  await run('gcc', ['-O2', '-Wall', '-o', program, `${program}.c`])
  return await run(program, [], { timeout: 60_000 }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: unknown) => ({ code: 1, stdout: String(Object(error).stdout) }),
  )
}

const hang = { kind: 'hang', message: 'no answer' } as const

/** Maps eight pages of a file of four. */
async function mapped(agent: Agent): Promise<Mapping> {
  const { file } = await must(agent.files.memfd(4 * page))
  const { mapping } = await must(agent.host.mmap({ file, length: 8 * page }))
  return mapping
}

void test('accesses, copies, moves and calls on files end as in the agent', async (t) => {
  const { code, stdout } = await repeated(t, hang, async (agent) => {
    const { file } = await must(agent.files.memfd(4 * page))
    const { mapping } = await must(agent.host.mmap({ file, length: 8 * page }))
    await agent.host.fill(mapping, 0, 6 * page, { byte: 7 })
    await agent.host.verify(mapping, 0, 4 * page, { byte: 7 })
    await agent.host.write(mapping, 5 * page, Buffer.from('text'))
    await agent.host.read(mapping, 8, 100)
    for (const way of words.way) {
      await agent.host.copyScan({ mapping, offset: 0, size: 6 * page, way })
      await agent.host.copyFill({ mapping, offset: 0, size: 4 * page, way, value: 9 })
      await agent.host.copyFill({ mapping, offset: page, size: 5 * page, way, value: 9 })
    }
    for (const name of words.call) await agent.gmem.attempt(file, name, 16)
    for (const how of words.lock) await agent.host.lock(mapping, 0, page, how)
    await agent.host.bindMemory({ mapping, offset: 0, length: page, mode: 2, nodes: 1 })
    await agent.host.bindMemory({ mapping, offset: 0, length: page, mode: 77, nodes: 1 })
    await agent.host.mremap({
      mapping,
      offset: 0,
      oldSize: page,
      newSize: page,
      flags: 3,
      place: mapping,
      placeOffset: 7 * page,
    })
    await agent.host.scan(mapping, page, 7 * page)
    await agent.host.protect(mapping, page, page, 1)
    await agent.host.fill(mapping, page, page, { byte: 1 })
    await agent.host.madvise(mapping, 5 * page, page, 22)
    await agent.gmem.punchHole(file, 0, 2 * page)
    await agent.close(mapping)
    await agent.files.open('/nowhere', 0)
  })
  t.equal(code, 0, stdout)
  t.match(stdout, /# copy_fill\(BY_VMSPLICE/)
  t.notMatch(stdout, 'ended with')
})

void test('children, signals, rounds and threads do what they do in the agent', async (t) => {
  const { code, stdout } = await repeated(t, hang, async (agent) => {
    const { file } = await must(agent.files.memfd(4 * page))
    const { mapping } = await must(agent.host.mmap({ file, length: 8 * page }))
    const child = await agent.fork()
    const own = await must(child.host.mmap({ file, length: page }))
    await must(child.host.fill(own.mapping, 0, page, { byte: 3 }))
    await child.host.fill(mapping, 2 * page, 4 * page, { byte: 5 })
    await child.kill()
    await must(agent.signalNext({ how: 'blocked', after: 0 }))
    await agent.gmem.allocate(file, 0, page)
    await agent.signalNextResult()
    await agent.repeat(50, [
      call('memfdCreate', { flags: 0, size: page }),
      call('fallocate', { file: made(0), mode: 3, offset: 0, length: page }),
      call('close', { handle: made(0) }),
    ])
    const range = { target: file, offset: page, size: 2 * page, rounds: 20 } as const
    await agent.race.run({
      duration: 10_000,
      actors: [
        { ...range, kind: 'punch' },
        { ...range, kind: 'reallocate' },
        { ...range, kind: 'map', offset: 3 * page },
        { kind: 'fork', mapping, offset: 3 * page, size: 2 * page, rounds: 20 },
        { kind: 'host-read', mapping, offset: 0, size: 8 * page, rounds: 20 },
        { kind: 'pin', mapping, offset: 0, size: page, rounds: 20 },
        { kind: 'write-file', path: '/dev/null', text: 'text', rounds: 20 },
        { kind: 'read-file', path: '/dev/zero', size: page, rounds: 20 },
      ],
    })
  })
  t.equal(code, 0, stdout)
  t.notMatch(stdout, /ended with/)
  const turns = [
    ...stdout.matchAll(/# {3}(\S+): 20 turns, (\d+) done, 0 EAGAIN, 0 other errors \(success\), (\d+) faults/g),
  ]
  t.strictSame(
    turns.map(([, name, done, faults]) => [name, Number(done), Number(faults)]),
    [
      ['punch', 20, 0],
      ['reallocate', 40, 0],
      ['map', 20, 20],
      ['fork', 20, 0],
      ['host-read', 80, 80],
      ['pin', 20, 0],
      ['write-file', 20, 0],
      ['read-file', 20, 0],
    ],
  )
})

void test('a check of a counter of a thread is about that thread', async (t) => {
  const failure = {
    message: 'errors (OK), mismatches of host-read: wanted …',
    wanted: [0, 0],
    found: [0, 40],
  }
  const { code, stdout } = await repeated(t, failure, async (agent) => {
    const mapping = await mapped(agent)
    await must(agent.host.fill(mapping, 0, 2 * page, { byte: 1 }))
    const range = { mapping, offset: 0, size: 2 * page, rounds: 20 } as const
    await agent.race.run({
      duration: 10_000,
      actors: [
        { ...range, kind: 'pin' },
        { ...range, kind: 'host-read', value: 7n },
      ],
    })
  })
  t.equal(code, 1)
  t.match(stdout, /# wanted 0 \(0x0\), found 40 \(0x28\)\nnot ok 1 - errors \(OK\), mismatches of host-read\n/)
})

void test('a fault, its place and the contents are compared', async (t) => {
  const fault = { message: 'fault offset of the host: wanted 20480, found 16384', wanted: 20_480, found: 16_384 }
  const over = await repeated(t, fault, async (agent) => {
    const mapping = await mapped(agent)
    await agent.host.fill(mapping, 2 * page, 4 * page, { byte: 7 })
  })
  t.match(over, { code: 1, stdout: /# wanted 20480 \(0x5000\), found 16384 \(0x4000\)/ })
  const found = [
    { first: 0, count: 1, value: 7 },
    { first: 1, count: 3, value: 0 },
    { first: 4, count: 4, value: 'fault' },
  ]
  const wanted = [{ first: 0, count: 4, value: 7 }, found[2]]
  const copied = await repeated(t, { message: 'a copy: wanted …', wanted, found }, async (agent) => {
    const mapping = await mapped(agent)
    await must(agent.host.fill(mapping, 0, page, { byte: 7 }))
    await agent.host.copyScan({ mapping, offset: 0, size: 8 * page, way: 'proc-mem' })
  })
  t.match(copied, { code: 1, stdout: /# page 1: wanted bytes 0x07, found bytes 0x00\n/ })
})

// Campaigns on scripted instances: findings become events, equal ones are one, and splats are narrowed down.
import { setImmediate } from 'node:timers/promises'
import { test } from 'tap'
import { bytes } from '../../../../harness/base/units.ts'
import { planBatches } from '../../../../harness/campaigns/fuzz/batches.ts'
import { fuzz } from '../../../../harness/campaigns/fuzz/fuzz-campaign.ts'
import { batchTest, programsTest, type Shared } from '../../../../harness/campaigns/fuzz/fuzz-test.ts'
import { parseProgram } from '../../../../harness/campaigns/fuzz/program/program-yaml.ts'
import { linesOf } from '../../../../harness/campaigns/fuzz/program/fuzz-program.ts'
import { Findings } from '../../../../harness/campaigns/fuzz/search/findings.ts'
import { splatReader } from '../../../../harness/console/read-splats.ts'
import type { RunEvent, TestFinished } from '../../../../harness/report/events.ts'
import { planBoots } from '../../../../harness/run/boot-plan.ts'
import type { Test } from '../../../../harness/run/test.ts'
import { asBooted, fakeInstance } from '../../fixtures/run/fake-instance.ts'
import { splatLine } from './fixtures/fake-bench.ts'
import type { Bug } from './fixtures/fake-bug.ts'
import { FakeKernel } from './fixtures/fake-kernel.ts'

interface Campaign {
  readonly events: readonly RunEvent[]
  readonly finished: readonly TestFinished[]
  readonly shared: Shared
  readonly exitCode: number
  readonly instances: number
}

const today = '2026-11-30'

async function campaign(bug: Bug | undefined, runs: number, program?: string): Promise<Campaign> {
  const events: RunEvent[] = []
  let instances = 0
  const shared: Shared = {
    dialect: 'convert-ioctl',
    read: splatReader([], today),
    findings: new Findings(async (_finding, number) => `finding-${number}.yaml`),
    ran: new Map(),
    tally: { sequences: 0, steps: 0, milliseconds: 0 },
  }
  const batches = planBatches(['4K'], 1, { runs })
  const tests: Test[] =
    program === undefined
      ? batches.map((batch) => batchTest(batch, shared))
      : [programsTest('mine', 'title', [parseProgram('mine.yaml', program)], shared)]
  const { exitCode } = await fuzz({
    plan: planBoots(
      tests.map((each) => ({ ...each, requires: [] })),
      bytes(2 ** 40),
    ),
    batches,
    shared,
    instances: {
      next: async () => {
        instances += 1
        const kernel = new FakeKernel(bug)
        const { instance, puppet } = await fakeInstance({ reply: kernel.reply })
        kernel.onSplat = () => puppet.say(splatLine)
        // A real instance takes its time to answer, and this thread is free meanwhile.
        return asBooted({ ...instance, catchUp: () => setImmediate() })
      },
    },
    isolation: 'vm',
    jobs: 1,
    emit: async (event) => void events.push(event),
    signal: new AbortController().signal,
    dialect: 'convert-ioctl',
    needsDialect: false,
    allow: [],
    today,
    kernel: 'fake',
    expectSkips: [],
    again: (name) => `again ${shared.findings.of(name)?.file ?? name}`,
    decode: async (lines) => lines,
  })
  const finished = events.filter((event) => event.type === 'test-finished')
  return { events, finished, shared, exitCode, instances }
}

void test('a kernel without bugs passes each batch', async (t) => {
  const { finished, exitCode, shared, events } = await campaign(undefined, 120)
  t.equal(exitCode, 0)
  t.strictSame(
    finished.map(({ name, verdict }) => `${name} ${verdict}`),
    ['fuzz-4K-1 PASS', 'fuzz-4K-2 PASS'],
  )
  t.equal(shared.tally.sequences, 120)
  t.match(events.at(-1), { type: 'run-finished', verdicts: { PASS: 2 }, exitCode: 0 })
  t.equal(events.filter(({ type }) => type === 'run-finished').length, 1)
})

void test('the first batch that meets a bug has its program, and a later one names the first', async (t) => {
  const { finished, exitCode, shared } = await campaign('binds twice', 200)
  t.equal(exitCode, 1)
  t.equal(shared.findings.all.length, 1)
  const [first, second] = finished
  t.match(first, {
    verdict: 'FAIL',
    diagnostic: { message: /^step 1 of 1, bind .*: errno: wanted EINVAL, found OK$/, wanted: 'EINVAL', found: 'OK' },
  })
  const output = first?.diagnostic?.output ?? []
  t.match(output.slice(0, 2), [/^a file of 24 pages, 4K/, /^1\. bind /])
  t.match(output.slice(-2), [/^seed 1, path \d+; 1 steps of \d+; it showed again/, 'program: finding-1.yaml'])
  t.equal(first?.diagnostic?.again, 'again finding-1.yaml')
  t.match(second, { verdict: 'FAIL', diagnostic: { message: /^the same as in fuzz-4K-1: bind: errno/ } })
})

void test('a splat is narrowed down to one small program, in an instance for each attempt', async (t) => {
  const { finished, shared, instances } = await campaign('splats', 100)
  const [found] = shared.findings.all
  t.match(found, { isConfirmed: true })
  const lines = linesOf(found?.program ?? never)
  t.match(lines.slice(-2), [/^\d\. pin /, /^\d\. punch /])
  t.ok(lines.length <= 5, lines.join('; '))
  t.match(finished, [{ verdict: 'FAIL', diagnostic: { message: /^kernel splat: .*page fault/, output: [/^a file/] } }])
  t.match(finished[0]?.diagnostic?.again, 'again finding-1.yaml')
  t.ok(instances > 3, `${instances} instances`)
})

const never = { shape: { pageSize: '4K', pages: 0, initially: 'shared' }, steps: [] } as const

const program = `version: 1
pageSize: 4K
pages: 8
initially: shared
steps:
  - { do: pin, first: 2, count: 1, method: socket }
  - { do: convert, to: private, offset: 0, size: 32768 }
`

void test('a program of the user runs as it is', async (t) => {
  t.match(await campaign(undefined, 1, program), { exitCode: 0, finished: [{ name: 'mine', verdict: 'PASS' }] })
  const { finished, exitCode } = await campaign('ignores pins', 1, program)
  t.equal(exitCode, 1)
  t.match(finished, [
    { verdict: 'FAIL', diagnostic: { message: /^step 2 of 2, convert .*: errno: wanted EAGAIN, found OK$/ } },
  ])
})

void test('a program with an impossible step is a mistake of the user', async (t) => {
  const { finished } = await campaign(undefined, 1, program.replace('do: pin, first: 2', 'do: pin, first: 9'))
  t.match(finished, [{ verdict: 'ERROR', diagnostic: { message: /^step 1 \(pin page 9 by socket\) cannot be done/ } }])
})

void test('a program needs of the kernel what its steps need', async (t) => {
  const shared = { dialect: 'convert-ioctl', read: splatReader([], today) } as const
  const needsOf = (text: string): readonly string[] =>
    programsTest('mine', 'title', [parseProgram('mine.yaml', text)], shared).requires
  const common = ['in-place-conversion', 'private-memory', 'binary-stats']
  t.strictSame(needsOf(program), common)
  const steps = '  - { do: pin, first: 2, count: 1, method: gup-test }\n  - { do: fail-page, index: 5 }\n'
  t.strictSame(needsOf(program + steps), [...common, 'gup-test', 'hwpoison-inject'])
})

// Many runs, one after the other: nothing of them stays in the harness.
import { readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { test } from 'tap'
import { Consoles } from '../../harness/instance/consoles.ts'
import { InstancePool } from '../../harness/instance/pool.ts'
import { cacheDirectory, inProject } from '../../harness/base/paths.ts'
import { bytes } from '../../harness/base/units.ts'
import { planBoots } from '../../harness/run/boot-plan.ts'
import { scenarioTest } from '../../harness/suites/scenarios/scenario-test.ts'
import { loadScenarios } from '../../harness/suites/scenarios/load-scenarios.ts'
import { runTests } from '../../harness/run/runner.ts'
import { chooseAccelerator } from '../../harness/vm/accelerator.ts'
import { signal, testParts } from '../vm/fixtures/agent-machine.ts'

const mebibyte = 2 ** 20

interface Held {
  readonly descriptors: readonly string[]
  readonly children: readonly string[]
  /** Memory that JavaScript has in use, and all that the process has, in MiB. */
  readonly heap: number
  readonly resident: number
}

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

/** What this process holds. */
async function held(): Promise<Held> {
  if (typeof collectGarbage === 'function') collectGarbage()
  const names = await readdir('/proc/self/fd')
  const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => undefined)))
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')
  const { heapUsed, rss } = process.memoryUsage()
  return {
    // Without the numbers that sockets and pipes have; the one that lists the directory is gone.
    descriptors: targets.flatMap((target) => target?.replace(/\d+/g, '') ?? []).toSorted(),
    children: children.trim().split(' ').filter(Boolean),
    heap: heapUsed / mebibyte,
    resident: rss / mebibyte,
  }
}

void test('500 runs of one scenario leave nothing in the harness', async (t) => {
  t.setTimeout(3_600_000)
  const directory = t.testdir({ 0: {}, 1: {} })
  const [parts, accelerator, scenarios] = await Promise.all([
    testParts(),
    chooseAccelerator(undefined),
    loadScenarios([{ name: 'a-passes', file: inProject('tests/vm/fixtures/bad-days/a-passes.ts') }]),
  ])
  const plan = planBoots(
    scenarios.map((scenario) => scenarioTest(scenario, 'convert-ioctl')),
    bytes(2 ** 40),
  )

  async function once(lane: number): Promise<void> {
    await using consoles = new Consoles(path.join(directory, `${lane}`), (error) => t.fail(String(error)))
    const options = {
      parts,
      accelerator,
      isolation: 'vm',
      consoles,
      cache: cacheDirectory(),
      signal,
    } as const
    await using instances = new InstancePool({ ...options, onCommands: () => undefined })
    const { verdicts } = await runTests({
      plan,
      instances,
      isolation: 'vm',
      jobs: 1,
      durations: new Map(),
      emit: async () => undefined,
      signal,
      dialect: 'convert-ioctl',
      needsDialect: true,
      kernel: 'gmem-convert',
      expectSkips: [],
      allow: [],
      today: '2026-11-29',
      decode: async (lines) => lines,
      again: () => '',
    })
    if (verdicts.PASS !== 1) t.fail(JSON.stringify(verdicts))
  }

  /** So many runs, two at a time. */
  async function runs(count: number): Promise<Held> {
    await Promise.all(
      [0, 1].map(async (lane) => {
        for (let done = lane; done < count; done += 2) await once(lane)
      }),
    )
    return held()
  }

  const early = await runs(50)
  const late = await runs(450)
  t.comment(
    `heap ${early.heap.toFixed(1)} MiB, then ${late.heap.toFixed(1)}; all ${early.resident.toFixed(0)} MiB, then ${late.resident.toFixed(0)}`,
  )
  t.strictSame(late.descriptors, early.descriptors)
  t.strictSame(late.children, [])
  t.ok(late.heap - early.heap < 5, `the heap grows by ${late.heap - early.heap} MiB`)
  t.ok(late.resident - early.resident < 80, `the process grows by ${late.resident - early.resident} MiB`)
})

// Finds the resources that a test leaked in the kernel, by counters and kmemleak, and the warnings in the kernel's log.
import type { Patience } from '../base/patience.ts'
import { must } from '../agent/wire/call.ts'
import type { Agent } from '../agent/client.ts'
import type { BatchResult } from '../agent/files.ts'
import {
  agentGroup,
  changedCounters,
  counterFiles,
  exactFlushes,
  featureFiles,
  featuresWithout,
  readCounters,
  slabFlushes,
  unreadableFeatures,
  type Counters,
} from './counters.ts'
import { warningLevel, warningsIn } from './kernel-warnings.ts'
import { sleep } from '../base/deadline.ts'
import { ProtocolError } from '../base/errors.ts'

/** The leaks and warnings after all resources of a test were closed. */
export interface LeakReport {
  /** The changed counters: `free_hugepages of 2M: 16 before, 15 after`. */
  readonly leaks: readonly string[]
  /** The records of the level of a warning or worse since the last report. */
  readonly warnings: readonly string[]
}

export interface LeakWatchOptions {
  /** The features that the kernel lacks by its definition: their counters may be missing. */
  readonly without: ReadonlySet<string>
  /** How many times slower than real hardware the instance is. */
  readonly patience: Patience
  readonly signal: AbortSignal
  /** The age, in milliseconds, from which kmemleak names a block, with a margin. */
  readonly kmemleakAge?: number
}

/** How long freeing may take after the last close: it may need a worker or an RCU grace period. */
const freeingMilliseconds = 3000
const mostMilliseconds = 5000
const firstPauseMilliseconds = 20
const kmemleak = '/sys/kernel/debug/kmemleak'
// Its MSECS_MIN_AGE is 5 s.
const defaultKmemleakAge = 5500

/** Holds the counters of one instance after the last test. */
export class LeakWatch {
  readonly #agent: Agent
  readonly #options: LeakWatchOptions
  readonly #kmemleak: boolean
  #before: Counters
  #reports = 0

  private constructor(agent: Agent, options: LeakWatchOptions, before: Counters, hasKmemleak: boolean) {
    this.#agent = agent
    this.#options = options
    this.#before = before
    this.#kmemleak = hasKmemleak
  }

  /**
   * Puts the agent into a control group of its own and reads the counters of an instance that has just come up.
   * @throws {ProtocolError} COUNTER_UNREADABLE when a counter is missing that the kernel should have
   */
  static async begin(agent: Agent, options: LeakWatchOptions): Promise<LeakWatch> {
    const joining = await enterGroup(agent)
    const files = await agent.files.batch(featureFiles.map((path) => ({ path })))
    expectReadable(unreadableFeatures(files))
    const without = new Set([...options.without, ...featuresWithout(files)])
    const [found] = await agent.files.batch([{ path: kmemleak }, { path: kmemleak, text: 'clear' }])
    // A kernel without kmemleak has no such file; an unreadable file proves nothing.
    if (found?.errno !== 'ENOENT') expectReadable(failureOf(kmemleak, found))
    const before = await look(agent, without, 'exactly')
    expectReadable([...before.unreadable, ...(without.has('hugetlb-cgroup') ? [] : joining)])
    await readLog(agent)
    return new LeakWatch(agent, { ...options, without }, before.counters, found?.errno === 'OK')
  }

  /**
   * Compares the counters until they match, or the time for freeing is over. The first comparison waits for RCU only after
   * the last test: all memory must be freed while the console is still watched. A leak is reported once.
   * @param isLast no other test will run in this instance, so kmemleak scans
   * @throws {ProtocolError} COUNTER_UNREADABLE, KERNEL_LOG_LOST
   */
  async report({ isLast } = { isLast: false }): Promise<LeakReport> {
    const { signal } = this.#options
    const longest = Math.min(this.#options.patience.for(freeingMilliseconds), mostMilliseconds)
    const end = performance.now() + longest
    let pause = firstPauseMilliseconds
    let found = await this.#changes(isLast ? 'exactly' : 'at once')
    while (found.leaks.length > 0 && performance.now() < end) {
      await sleep(pause, signal)
      pause *= 2
      found = await this.#changes('exactly')
    }
    this.#before = found.counters
    this.#reports += 1
    const leaks = [...found.leaks, ...(isLast ? await this.#unreferenced() : [])]
    return { leaks, warnings: await readLog(this.#agent) }
  }

  async #changes(how: 'at once' | 'exactly'): Promise<{ leaks: readonly string[]; counters: Counters }> {
    const { counters, unreadable } = await look(this.#agent, this.#options.without, how)
    const gone = [...this.#before.keys()].filter((name) => !counters.has(name))
    expectReadable([...unreadable, ...gone])
    return { leaks: changedCounters(this.#before, counters), counters }
  }

  /**
   * Lists the findings of kmemleak, if the kernel has it. It names a block that is 5 s old and that two scans found
   * unreferenced and unchanged; each scan takes seconds, so there is one report for all tests of a boot.
   */
  async #unreferenced(): Promise<readonly string[]> {
    if (!this.#kmemleak) return []
    const { kmemleakAge = defaultKmemleakAge, signal } = this.#options
    await this.#scan()
    await sleep(kmemleakAge, signal)
    await this.#scan()
    const [report] = await this.#agent.files.batch([{ path: kmemleak }])
    expectReadable(failureOf(kmemleak, report))
    const [first = '', ...others] = (report?.text ?? '').split(/^(?=unreferenced object)/m).filter(Boolean)
    if (first === '') return []
    await this.#agent.files.batch([{ path: kmemleak, text: 'clear' }])
    const whose = this.#reports > 1 ? ', of all tests of this boot' : ''
    return [`kmemleak${whose}, ${others.length + 1} in all: ${first.trim().replaceAll(/\s*\n\s*/g, '; ')}`]
  }

  /** Runs a scan. kmemleak switches itself off when it runs out of memory, and then refuses. */
  async #scan(): Promise<void> {
    const [scanned] = await this.#agent.files.batch([{ path: kmemleak, text: 'scan' }])
    expectReadable(failureOf(kmemleak, scanned))
  }
}

/** Puts the agent into its control group, and gives the reason of a failure: no counter would show its charges. */
async function enterGroup(agent: Agent): Promise<string[]> {
  await agent.files.makeDirectory(agentGroup)
  const path = `${agentGroup}/cgroup.procs`
  const [joined] = await agent.files.batch([{ path, text: String(agent.pid) }])
  return failureOf(path, joined).map((failure) => `the agent's control group: ${failure}`)
}

async function look(
  agent: Agent,
  without: ReadonlySet<string>,
  how: 'at once' | 'exactly',
): Promise<ReturnType<typeof readCounters>> {
  const flushes = how === 'exactly' ? exactFlushes(slabFlushes) : slabFlushes
  const results = await agent.files.batch([
    ...flushes.map((path) => ({ path, text: '1' })),
    ...counterFiles.map((path) => ({ path })),
  ])
  const { counters: inFiles, unreadable } = readCounters(results.slice(flushes.length), without)
  const { open, withoutFile } = await must(agent.descriptors())
  const counters = new Map([
    ...inFiles,
    ['open descriptors of the agent', open],
    ['descriptors of the agent without a file', withoutFile],
  ])
  // A kernel without such a slab has no file to flush it.
  const unflushed = results
    .slice(0, flushes.length)
    .filter(({ errno }) => errno !== 'OK' && errno !== 'ENOENT')
    .map(({ path, errno }) => `slab counters are not exact: ${path} ${errno}`)
  return { counters, unreadable: [...unreadable, ...unflushed] }
}

/** Describes why a file of a batch was not read or written; nothing when it was. */
function failureOf(path: string, result: BatchResult | undefined): string[] {
  return result?.errno === 'OK' ? [] : [`${path} ${result?.errno ?? 'was not in the answer'}`]
}

function expectReadable(unreadable: readonly string[]): void {
  const [first] = unreadable
  if (first === undefined) return
  const more = unreadable.length > 1 ? ` (and ${unreadable.length - 1} more)` : ''
  throw new ProtocolError('COUNTER_UNREADABLE', `cannot read a counter of the kernel: ${first}${more}`, {
    hint: 'list the missing feature in the expectSkips of the kernel definition',
  })
}

async function readLog(agent: Agent): Promise<readonly string[]> {
  const { lost, records } = await must(agent.readKernelLog(warningLevel))
  if (lost > 0) {
    throw new ProtocolError('KERNEL_LOG_LOST', 'the kernel overwrote records of its log before the agent read them')
  }
  return warningsIn(records)
}

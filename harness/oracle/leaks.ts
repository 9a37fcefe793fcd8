// Looks for what a scenario left behind in the kernel: counters before it and after it, and what the kernel logged.
import { must } from '../agent/wire/call.ts'
import type { Agent } from '../agent/client.ts'
import {
  agentGroup,
  changedCounters,
  counterFiles,
  describeChange,
  featureFiles,
  featuresWithout,
  rcuBarrier,
  readCounters,
  slabFlushes,
  unreadableFeatures,
} from './counters.ts'
import type { Counters } from './counters.ts'
import { warningLevel, warningsIn } from './kernel-warnings.ts'
import { sleep } from '../base/deadline.ts'
import { ProtocolError } from '../base/errors.ts'

/** What was found when everything of a scenario was closed. */
export interface LeakReport {
  /** The counters that did not come back: `free_hugepages of 2M: 16 before, 15 after`. */
  readonly leaks: readonly string[]
  /** What the kernel logged with the level of a warning or worse, since the last report. */
  readonly warnings: readonly string[]
}

export interface LeakWatchOptions {
  /** What the kernel is without by its definition: such counters do not have to be there. */
  readonly without: ReadonlySet<string>
  /** How much slower than a real machine the guest is. */
  readonly timeFactor: number
  readonly signal: AbortSignal
  /** How old a block has to be for kmemleak to name it, and a margin; in milliseconds. */
  readonly kmemleakAge?: number
}

export interface ReportOptions {
  /** No other scenario will run in this machine: kmemleak is asked. */
  readonly isLast: boolean
}

/** How long freeing may take after the last close: a worker, an RCU grace period. */
const patienceMilliseconds = 3000
const mostMilliseconds = 5000
const firstPauseMilliseconds = 20
const kmemleak = '/sys/kernel/debug/kmemleak'
// Its MSECS_MIN_AGE is 5 s.
const defaultKmemleakAge = 5500

/** The counters of one machine as they were after the last scenario. */
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
   * Puts the agent into a control group of its own and takes the first look, at a machine that has just come up.
   * @throws {ProtocolError} COUNTER_UNREADABLE when a counter is missing that the kernel should have
   */
  static async begin(agent: Agent, options: LeakWatchOptions): Promise<LeakWatch> {
    const joining = await enterGroup(agent)
    const files = await agent.files.batch(featureFiles.map((path) => ({ path })))
    expectReadable(unreadableFeatures(files))
    const without = new Set([...options.without, ...featuresWithout(files)])
    const [found] = await agent.files.batch([{ path: kmemleak }, { path: kmemleak, text: 'clear' }])
    // A kernel without kmemleak has no such file; one that cannot be read proves nothing.
    if (found?.errno !== 'OK' && found?.errno !== 'ENOENT') {
      expectReadable([`${kmemleak} ${found?.errno ?? 'was not read'}`])
    }
    const before = await look(agent, without, 'exactly')
    expectReadable([...before.unreadable, ...(without.has('hugetlb-cgroup') ? [] : joining)])
    await readLog(agent)
    return new LeakWatch(agent, { ...options, without }, before.counters, found?.errno === 'OK')
  }

  /**
   * Compares, for as long as freeing may take. The first look is at once, except after the last scenario: what is given to
   * RCU to be freed must be freed while somebody still watches the console. What has leaked is not reported again.
   * @throws {ProtocolError} COUNTER_UNREADABLE, KERNEL_LOG_LOST
   */
  async report({ isLast }: ReportOptions = { isLast: false }): Promise<LeakReport> {
    const { signal, timeFactor } = this.#options
    const patience = Math.min(patienceMilliseconds * timeFactor, mostMilliseconds)
    const end = performance.now() + patience
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
    return { leaks: changedCounters(this.#before, counters).map(describeChange), counters }
  }

  /**
   * What kmemleak finds, in kernels that have it. It names a block when it is 5 s old and two looks found it unreferenced
   * and unchanged, and each look takes seconds: so it is asked once, for all scenarios of a boot.
   */
  async #unreferenced(): Promise<readonly string[]> {
    if (!this.#kmemleak) return []
    const { kmemleakAge = defaultKmemleakAge, signal } = this.#options
    await this.#scan()
    await sleep(kmemleakAge, signal)
    await this.#scan()
    const [report] = await this.#agent.files.batch([{ path: kmemleak }])
    if (report?.errno !== 'OK') expectReadable([`${kmemleak} ${report?.errno ?? 'was not read'}`])
    const [first = '', ...others] = (report?.text ?? '').split(/^(?=unreferenced object)/m).filter(Boolean)
    if (first === '') return []
    await this.#agent.files.batch([{ path: kmemleak, text: 'clear' }])
    const whose = this.#reports > 1 ? ', of all scenarios of this boot' : ''
    return [`kmemleak${whose}, ${others.length + 1} in all: ${first.trim().replaceAll(/\s*\n\s*/g, '; ')}`]
  }

  /** It switches itself off when it runs out of memory, and then refuses to look. */
  async #scan(): Promise<void> {
    const [scanned] = await this.#agent.files.batch([{ path: kmemleak, text: 'scan' }])
    if (scanned?.errno !== 'OK') expectReadable([`${kmemleak} ${scanned?.errno ?? 'was not written'}`])
  }
}

/** What went wrong: an agent that is in no group of its own is charged to nobody who is looked at. */
async function enterGroup(agent: Agent): Promise<string[]> {
  await agent.files.makeDirectory(agentGroup)
  const path = `${agentGroup}/cgroup.procs`
  const [joined] = await agent.files.batch([{ path, text: String(agent.pid) }])
  return joined?.errno === 'OK'
    ? []
    : [`the agent's control group: ${path} ${joined?.errno ?? 'was not written'}`]
}

async function look(
  agent: Agent,
  without: ReadonlySet<string>,
  how: 'at once' | 'exactly',
): Promise<ReturnType<typeof readCounters>> {
  const flushes = how === 'exactly' ? [rcuBarrier, ...slabFlushes] : slabFlushes
  const results = await agent.files.batch([
    ...flushes.map((path) => ({ path, text: '1' })),
    ...counterFiles.map((path) => ({ path })),
  ])
  const { counters, unreadable } = readCounters(results.slice(flushes.length), without)
  // What there is nothing to flush of is not there.
  const unflushed = results
    .slice(0, flushes.length)
    .filter(({ errno }) => errno !== 'OK' && errno !== 'ENOENT')
    .map(({ path, errno }) => `slab counters are not exact: ${path} ${errno}`)
  return { counters, unreadable: [...unreadable, ...unflushed] }
}

function expectReadable(unreadable: readonly string[]): void {
  const [first] = unreadable
  if (first === undefined) return
  const more = unreadable.length > 1 ? ` (and ${unreadable.length - 1} more)` : ''
  throw new ProtocolError('COUNTER_UNREADABLE', `a counter of the kernel cannot be read: ${first}${more}`, {
    hint: 'a kernel that has no such counter says so in the expectSkips of its definition',
  })
}

async function readLog(agent: Agent): Promise<readonly string[]> {
  const { lost, records } = await must(agent.readKernelLog(warningLevel))
  if (lost > 0) {
    throw new ProtocolError('KERNEL_LOG_LOST', 'the kernel overwrote what it had logged before it was read')
  }
  return warningsIn(records)
}

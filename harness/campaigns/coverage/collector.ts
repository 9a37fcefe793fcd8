// Collects the counters of a run: before each test and before an instance goes, so that each line that ran has its test.
import { messageOf } from '../../base/errors.ts'
import type { Instance, InstanceSource } from '../../instance/instance.ts'
import type { Test } from '../../run/test.ts'
import { ranBetween, sumOf, type LineCounts } from './line-counts.ts'
import type { Notes } from './notes.ts'
import { readCounters } from './read-counters.ts'

/** What runs in an instance before its first test. */
export const bootName = 'boot'
/** The seconds that a reading adds to a test. */
const readingSeconds = 20

/** The lines that ran in a run. */
export interface Collected {
  /** How often each line ran, in all instances. */
  readonly counts: LineCounts
  /** For each test that ran, and for the boot: the lines that ran in it. */
  readonly reached: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<number>>>
  /** Why counters are missing: an instance died before they were read. */
  readonly lost: readonly string[]
}

/** The last reading of an instance. */
interface Reading {
  /** What has run since then. */
  readonly running: string
  readonly counters: ReadonlyMap<string, Buffer>
  /** The counts of each object, as far as gcov has read its counters. */
  readonly counts: Map<string, LineCounts>
}

export class Collector {
  readonly #notes: Notes
  readonly #signal: AbortSignal
  readonly #readings = new Map<Instance, Reading>()
  readonly #reached = new Map<string, Map<string, Set<number>>>()
  readonly #lost: string[] = []
  #total: LineCounts = new Map()
  /** gcov works while the next test runs. */
  #counting: Promise<void> = Promise.resolve()

  constructor(notes: Notes, signal: AbortSignal) {
    this.#notes = notes
    this.#signal = signal
  }

  /** Returns the same test, before which the counters are read: all until then belongs to the test before it. */
  following(test: Test): Test {
    return {
      ...test,
      seconds: test.seconds + readingSeconds,
      prepare: async (instance, signal) => {
        await this.#read(instance, test.name, signal)
        await test.prepare?.(instance, signal)
      },
    }
  }

  /** Returns the same source: before one of its instances goes, its counters are read for the last time. */
  watching(source: InstanceSource): InstanceSource {
    return {
      next: async (profile, request) => this.#watched(await source.next(profile, request)),
      prepare: (profile, worker) => source.prepare?.(profile, worker),
    }
  }

  /** Returns what was collected, when no instance is left. */
  async finish(): Promise<Collected> {
    await this.#counting
    for (const instance of this.#readings.keys()) this.#settle(instance)
    return { counts: this.#total, reached: this.#reached, lost: this.#lost }
  }

  #watched(instance: Instance): Instance {
    const watched: Instance = {
      ...instance,
      [Symbol.asyncDispose]: async () => {
        await this.#readLast(watched)
        // A run may have hundreds of instances.
        this.#later(async () => this.#settle(watched))
        await instance[Symbol.asyncDispose]()
      },
    }
    return watched
  }

  async #readLast(instance: Instance): Promise<void> {
    const running = this.#readings.get(instance)?.running
    if (running === undefined || this.#signal.aborted) return
    try {
      const died = instance.died.then(() => Promise.reject(new Error('it is gone')))
      await Promise.race([this.#read(instance, '', this.#signal), died])
    } catch (error) {
      this.#lost.push(`the counters of ${running} are missing: ${messageOf(error)}`)
    }
  }

  /** Reads the counters. `next` is what runs from now on. */
  async #read(instance: Instance, next: string, signal: AbortSignal): Promise<void> {
    const counters = await readCounters(instance, this.#notes.objects, signal)
    const before = this.#readings.get(instance)
    const running = before?.running ?? bootName
    const changed = [...counters].filter(([name, content]) => before?.counters.get(name)?.equals(content) !== true)
    const reading: Reading = { running: next, counters, counts: before?.counts ?? new Map() }
    this.#readings.set(instance, reading)
    this.#later(() => this.#count(running, new Map(changed), reading))
  }

  /** Does work after all work before it, while the run goes on; `finish` reports its failure. */
  #later(work: () => Promise<void>): void {
    this.#counting = this.#counting.then(work)
    this.#counting.catch(() => undefined)
  }

  async #count(running: string, changed: ReadonlyMap<string, Buffer>, { counts }: Reading): Promise<void> {
    const own = this.#reached.get(running) ?? new Map<string, Set<number>>()
    this.#reached.set(running, own)
    for (const [object, counted] of await this.#notes.count(changed, this.#signal)) {
      for (const [file, lines] of ranBetween(counts.get(object) ?? new Map(), counted)) {
        own.set(file, new Set([...(own.get(file) ?? []), ...lines]))
      }
      counts.set(object, counted)
    }
  }

  /** Adds the last reading of an instance to the sum of all. */
  #settle(instance: Instance): void {
    this.#total = sumOf(this.#total, ...(this.#readings.get(instance)?.counts.values() ?? []))
    this.#readings.delete(instance)
  }
}

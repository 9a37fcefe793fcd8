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
  running: string
  counters: ReadonlyMap<string, Buffer>
  counts: Map<string, LineCounts>
}

export class Collector {
  readonly #notes: Notes
  readonly #signal: AbortSignal
  readonly #readings = new Map<Instance, Reading>()
  readonly #reached = new Map<string, Map<string, Set<number>>>()
  readonly #lost: string[] = []
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
    const all = [...this.#readings.values()].flatMap(({ counts }) => [...counts.values()])
    return { counts: sumOf(...all), reached: this.#reached, lost: this.#lost }
  }

  #watched(instance: Instance): Instance {
    const watched: Instance = {
      ...instance,
      [Symbol.asyncDispose]: async () => {
        await this.#readLast(watched)
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
    const known = this.#readings.get(instance)
    const reading = known ?? { running: bootName, counters: new Map(), counts: new Map() }
    const changed = new Map([...counters].filter(([name, content]) => reading.counters.get(name)?.equals(content) !== true))
    const { running } = reading
    this.#readings.set(instance, reading)
    Object.assign(reading, { running: next, counters })
    const before = this.#counting
    this.#counting = before.then(() => this.#count(running, changed, reading))
    // `finish` reports it.
    this.#counting.catch(() => undefined)
  }

  async #count(running: string, changed: ReadonlyMap<string, Buffer>, reading: Reading): Promise<void> {
    const counted = await this.#notes.count(changed, this.#signal)
    const own = this.#reached.get(running) ?? new Map<string, Set<number>>()
    this.#reached.set(running, own)
    for (const [object, counts] of counted) {
      for (const [file, lines] of ranBetween(reading.counts.get(object) ?? new Map(), counts)) {
        own.set(file, new Set([...(own.get(file) ?? []), ...lines]))
      }
      reading.counts.set(object, counts)
    }
  }
}

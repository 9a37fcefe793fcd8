// A worker of a run: takes one test after the other, gets an instance for it, and emits its events.
import { messageOf } from '../base/errors.ts'
import { splatReader, type ReadSplats, type SplatReading } from '../console/read-splats.ts'
import type { CheckedInstance } from '../instance/checked-instance.ts'
import type { Attempt } from '../judge/attempt.ts'
import { aboutOf, type Finished } from '../judge/facts.ts'
import { DamagedInstance, isDamage, lateIn, withLate, type Late } from '../judge/late.ts'
import { instanceLacks, refused } from '../judge/not-run.ts'
import { deservesSecondTry, isTransient } from '../judge/retry.ts'
import { judge, judgeLate } from '../judge/verdict.ts'
import type { RunEvent } from '../report/events.ts'
import { describeProfile } from '../vm/profile.ts'
import { execute } from './execute.ts'
import { HeldInstance } from './held-instance.ts'
import { outcomeOf } from '../judge/program-of.ts'
import type { OrderedEvents } from './ordered-events.ts'
import type { Entry, Queue } from './queue.ts'
import { usualRetries, type RunOptions } from './run-options.ts'
import type { RunState } from './run-state.ts'
import { spendsInstance } from './spends-instance.ts'

/** The objects that the workers of a run share. */
export interface Shared {
  /** `signal` ends this worker. */
  readonly options: RunOptions
  readonly state: RunState
  readonly queue: Queue
  readonly events: OrderedEvents<RunEvent>
}

/** The state of a test that a worker has taken. */
interface Course {
  readonly entry: Entry
  isStarted: boolean
  /** The reasons for which earlier tries were in vain. */
  readonly retried: string[]
  /** The splats from before the test began, in all of its instances. */
  earlier: SplatReading
}

/** The end of a try. */
type Ending =
  | {
      readonly kind: 'finished'
      readonly finished: Finished
      /** The attempt, when the test ran. */
      readonly attempt?: Attempt
      readonly lost?: string
    }
  /** Transient trouble: the test runs again. */
  | { readonly kind: 'in vain'; readonly reason: string }
  /** The run is over, and this test has no verdict. */
  | { readonly kind: 'given up' }

export class Worker implements AsyncDisposable {
  readonly #number: number
  readonly #shared: Shared
  readonly #read: ReadSplats
  readonly #held: HeldInstance
  /** The last test of the current instance when it has passed so far: late splats can change its verdict. */
  #unsettled: { readonly course: Course; readonly attempt: Attempt } | undefined
  /** The next test, when it was taken early. */
  #reserved: Entry | undefined

  constructor(number: number, shared: Shared) {
    const { options, state } = shared
    this.#number = number
    this.#shared = shared
    this.#read = splatReader(options.allow, options.today)
    this.#held = new HeldInstance({
      options,
      state,
      worker: number,
      read: this.#read,
      onGone: (late) => this.#settle(late),
    })
  }

  /** The instance that the worker still has. */
  get instance(): CheckedInstance['instance'] | undefined {
    return this.#held.current?.instance
  }

  /**
   * Works until the queue is empty, or the run is over.
   * @throws the reason of the signal
   */
  async run(): Promise<void> {
    const { state, queue, options } = this.#shared
    try {
      while (!state.isOver) {
        const entry = this.#reserved ?? queue.take((other) => this.#suits(other))
        this.#reserved = undefined
        if (entry === undefined) break
        await this.#one({ entry, isStarted: false, retried: [], earlier: { splats: [], allowed: [] } })
      }
    } finally {
      if (options.keep === undefined) await this.#held.letGo()
      else await this.#settle(this.#held.sinceThen())
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held.letGo()
  }

  async #one(course: Course): Promise<void> {
    const ending = await this.#untilDecided(course)
    if (ending.kind !== 'finished') return
    await this.#start(course)
    const { finished, attempt, lost } = ending
    const { isolation, keep } = this.#shared.options
    if (attempt !== undefined) this.#shared.state.leave(lost)
    // Late splats count for a test that passed so far, and for one whose instance is closed right after it.
    const isSpent = lost !== undefined || (spendsInstance(finished, attempt) && !this.#isToBeKept())
    const isClosed = isSpent || isolation !== 'none'
    const mayChange = attempt !== undefined && (['PASS', 'SKIP'].includes(finished.verdict) || isClosed)
    // The test before it still waits when this one did not begin.
    if (attempt !== undefined) await this.#settle({ splats: [], allowed: [] })
    if (mayChange) this.#unsettled = { course, attempt }
    else await this.#tellEnd(course, finished)
    const isUnused = this.#held.current?.isUsed === false
    if (isolation === 'none' ? isSpent : keep === undefined && !isUnused) await this.#held.letGo()
    if (!mayChange) await this.#shared.events.finish(course.entry.place)
  }

  async #tellEnd(course: Course, finished: Finished): Promise<void> {
    const { name, repeats, title, suite } = course.entry.test
    const about = aboutOf(course.entry.test)
    const named = { suite, name, ...(repeats === undefined ? {} : { repeats }), title }
    const retried = course.retried.length === 0 ? {} : { retried: course.retried.join('; then: ') }
    const event = { type: 'test-finished', ...named, about, ...finished, ...retried } as const
    await this.#tell(course, event)
    this.#shared.state.count(event, course.entry)
  }

  /** Emits the verdict that was held back. Late splats and a late death are charged to that test. */
  async #settle(late: Late): Promise<void> {
    const unsettled = this.#unsettled
    this.#unsettled = undefined
    if (unsettled === undefined) return
    const { options, events } = this.#shared
    const { course } = unsettled
    const { test, place } = course.entry
    const judged = judgeLate(unsettled.attempt, late, test.name, options)
    const attempt = withLate(unsettled.attempt, late)
    await this.#tellEnd(course, await outcomeOf(test, attempt, judged, options))
    if (options.isolation === 'none' && !judged.instanceUsable) {
      await this.#tell(course, { type: 'vm-lost', reason: judged.message })
    }
    await events.finish(place)
  }

  /** Tries a test, and again in a new instance after transient trouble of this computer. */
  async #untilDecided(course: Course): Promise<Ending> {
    const { name, suite } = course.entry.test
    for (;;) {
      const ending = await this.#try(course)
      if (ending.kind !== 'in vain') return ending
      course.retried.push(ending.reason)
      await this.#tell(course, { type: 'test-retried', suite, name, reason: ending.reason })
      await this.#held.letGo()
    }
  }

  #mayRetry({ retried }: Course): boolean {
    return retried.length < (this.#shared.options.retries ?? usualRetries)
  }

  async #try(course: Course): Promise<Ending> {
    const { state, options } = this.#shared
    const { test, profile } = course.entry
    const known = state.decided(course.entry)
    if (known !== undefined) return { kind: 'finished', finished: known }
    let checked: CheckedInstance
    try {
      checked = await this.#held.of(profile, test)
    } catch (error) {
      options.signal.throwIfAborted()
      if (this.#mayRetry(course) && isTransient(error)) return { kind: 'in vain', reason: messageOf(error) }
      // Another worker has emitted already that no instance comes up at all.
      if (state.isOver) return { kind: 'given up' }
      state.fail(profile, error)
      return { kind: 'finished', finished: refused(test, error, options) }
    }
    const lacks = state.decided(course.entry) ?? instanceLacks(test, checked.facts, options)
    if (lacks !== undefined) return { kind: 'finished', finished: lacks }
    return this.#run(course, checked)
  }

  async #run(course: Course, checked: CheckedInstance): Promise<Ending> {
    const { options, state } = this.#shared
    const { test } = course.entry
    if (!checked.isUsed) await this.#tell(course, readyEvent(checked, options))
    await this.#start(course)
    this.#prepareNext()
    const hasPredecessor = checked.isUsed
    let isPredecessorSettled = false
    checked.isUsed = true
    const found = await execute(test, checked.instance, {
      signal: options.signal,
      available: checked.available,
      watch: checked.watch,
      read: this.#read,
      since: checked.window,
      isLast: () => this.#isLast(),
      onBegun: async (late) => {
        // Decoding late splats takes time: that verdict follows outside of the deadline of this test.
        if (hasPredecessor && isDamage(late)) throw new DamagedInstance()
        isPredecessorSettled = true
        if (hasPredecessor) await this.#settle(late)
      },
    })
    checked.window = found.nextWindow
    // An instance that dies after that belongs to this test, although the test has not begun.
    if (hasPredecessor && !isPredecessorSettled && !found.hasBegun && isDamage(lateIn(found))) {
      await this.#settle(lateIn(found))
      await this.#held.letGo()
      return this.#try(course)
    }
    if (found.death !== undefined) await this.#held.letGo()
    const readings = [course.earlier, state.unjudged(checked), ...(hasPredecessor ? [] : [found.earlier])]
    const earlier = {
      splats: readings.flatMap(({ splats }) => splats),
      allowed: readings.flatMap(({ allowed }) => allowed),
    }
    const attempt = { ...found, earlier }
    const judged = judge(attempt, test.name, options)
    const { verdict, message, instanceUsable } = judged
    if (this.#mayRetry(course) && deservesSecondTry(judged, attempt)) {
      course.earlier = earlier
      return { kind: 'in vain', reason: message }
    }
    // A test without an end does not judge the boot.
    if (verdict !== 'MISS') state.bootJudged(checked)
    const finished = await outcomeOf(test, attempt, judged, options)
    return { kind: 'finished', finished, attempt, ...(instanceUsable ? {} : { lost: message }) }
  }

  /** Has the pool make the instance of the next test while the current test runs. */
  #prepareNext(): void {
    const { options, queue, state } = this.#shared
    if (options.isolation === 'none') return
    const next = queue.find((entry) => state.decided(entry) === undefined)
    if (next !== undefined) options.instances.prepare?.(next.profile, this.#number)
  }

  /** Tells whether a test needs an instance, and the current one has its profile. */
  #suits(entry: Entry): boolean {
    return this.#held.isOf(entry.profile) && this.#shared.state.decided(entry) === undefined
  }

  /**
   * Tells whether no other test will run in the current instance, so that kmemleak scans for leaks. A scan takes 15 s and
   * more in kernels with kmemleak. A test that has an instance alone always pays for it, since no later scan would find its
   * leaks; `--isolation none` saves that time.
   */
  #isLast(): boolean {
    const { options, queue } = this.#shared
    if (options.isolation !== 'none') return true
    // Another worker could take the next test, so it is taken now.
    const suits = (entry: Entry): boolean => this.#suits(entry)
    this.#reserved ??= queue.take(suits)
    return !(this.#reserved !== undefined && suits(this.#reserved)) && queue.find(suits) === undefined
  }

  /** Tells whether the instance stays for the user: that of the last test. */
  #isToBeKept(): boolean {
    const { options, queue } = this.#shared
    return options.keep !== undefined && queue.find(() => true) === undefined
  }

  async #start(course: Course): Promise<void> {
    if (course.isStarted) return
    course.isStarted = true
    const { name, title, suite } = course.entry.test
    await this.#tell(course, { type: 'test-started', suite, name, title })
  }

  #tell({ entry }: Course, event: RunEvent): Promise<void> {
    // An event may wait for those of earlier tests.
    const stamp = { time: new Date().toISOString(), worker: this.#number }
    return this.#shared.events.write(entry.place, { ...stamp, ...event })
  }
}

function readyEvent({ instance, profile }: CheckedInstance, { dialect, needsDialect }: RunOptions): RunEvent {
  return {
    type: 'vm-ready',
    accelerator: instance.accelerator.name,
    reason: instance.accelerator.reason,
    profile: describeProfile(profile),
    // Tests that need no dialect run on any kernel, and the one in the options may be another one.
    ...(needsDialect ? { dialect } : {}),
    origin: instance.origin,
    milliseconds: instance.readyMilliseconds,
  }
}

// One of the workers of a run: takes a scenario after the other, gets it a machine, and tells what becomes of it.
import { messageOf } from '../base/errors.ts'
import type { RunEvent } from '../report/events.ts'
import { describeProfile } from '../vm/profile.ts'
import type { BootProfile } from '../vm/profile.ts'
import type { Splat } from '../console/find-splats.ts'
import { findSplats } from '../console/find-splats.ts'
import { attempt } from './attempt.ts'
import type { Attempt } from '../judge/attempt.ts'
import type { InOrder } from './ordered-events.ts'
import { finishedOf, isDamage, judgeAttempt, lateIn } from '../judge/judge.ts'
import { instanceLacks, notBooted } from '../judge/not-run.ts'
import type { Finished } from '../judge/not-run.ts'
import type { Entry, Queue } from './queue.ts'
import { makeReady } from '../instance/checked-instance.ts'
import type { CheckedInstance } from '../instance/checked-instance.ts'
import type { RunnerOptions } from './run-options.ts'
import type { RunState } from './run-state.ts'
import { deservesSecondTry, mayPass } from '../judge/retry.ts'
import { DamagedInstance, withLate } from '../judge/late.ts'
import type { Late } from '../judge/late.ts'

/** What the workers of a run share. */
export interface Shared {
  /** `signal` ends this worker. */
  readonly options: RunnerOptions
  readonly state: RunState
  readonly queue: Queue
  readonly events: InOrder<RunEvent>
}

/** One scenario, from the moment that a worker took it. */
interface Course {
  readonly entry: Entry
  isStarted: boolean
  /** Why its first try was in vain. */
  retried?: string
  /** What the kernel complained about before it began, in all machines that it had. */
  earlierSplats: readonly Splat[]
}

/** How a try ended. */
type Ending =
  | {
      readonly kind: 'finished'
      readonly finished: Finished
      /** What happened, when it was tried. */
      readonly result?: Attempt
      readonly lost?: string
    }
  /** It is worth another one. */
  | { readonly kind: 'in vain'; readonly reason: string }
  /** The run is over, and this scenario has no verdict. */
  | { readonly kind: 'given up' }

export class Worker implements AsyncDisposable {
  readonly #number: number
  readonly #shared: Shared
  #held: CheckedInstance | undefined
  /** The scenario that has passed in the machine at hand, as far as anybody can tell yet. */
  #unsettled: { readonly course: Course; readonly result: Attempt } | undefined
  /** What it does next, when that is settled already. */
  #reserved: Entry | undefined

  constructor(number: number, shared: Shared) {
    this.#number = number
    this.#shared = shared
  }

  /** The machine that it still has. */
  get instance(): CheckedInstance['instance'] | undefined {
    return this.#held?.instance
  }

  /**
   * Works until nothing is left, or the run is over.
   * @throws the reason of the signal when it is called off
   */
  async run(): Promise<void> {
    const { state, queue, options } = this.#shared
    try {
      while (!state.isOver) {
        const entry = this.#reserved ?? queue.take((other) => this.#suits(other))
        this.#reserved = undefined
        if (entry === undefined) break
        await this.#one({ entry, isStarted: false, earlierSplats: [] })
      }
    } finally {
      if (options.keep === undefined) await this.#letGo()
      else await this.#settle(this.#sinceThen(this.#held))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#letGo()
  }

  async #one(course: Course): Promise<void> {
    const ending = await this.#untilDecided(course)
    if (ending.kind !== 'finished') return
    await this.#start(course)
    const { finished, result, lost } = ending
    if (finished.verdict === 'PASS' && result !== undefined) {
      this.#unsettled = { course, result }
      await this.#afterwards(course, lost)
      return
    }
    await this.#tellEnd(course, finished)
    await this.#afterwards(course, lost)
    await this.#shared.events.finish(course.entry.place)
  }

  async #tellEnd(course: Course, finished: Finished): Promise<void> {
    const { name, title } = course.entry.scenario
    const { retried } = course
    const event = {
      type: 'scenario-finished',
      name,
      title,
      ...finished,
      ...(retried === undefined ? {} : { retried }),
    } as const
    await this.#tell(course, event)
    this.#shared.state.count(event)
  }

  /** Tells the verdict that was held back: what the kernel had to say later is charged to that scenario. */
  async #settle(late: Late): Promise<void> {
    const unsettled = this.#unsettled
    this.#unsettled = undefined
    if (unsettled === undefined) return
    const { course } = unsettled
    const judged = judgeAttempt(withLate(unsettled.result, late), this.#shared.options)
    await this.#tellEnd(course, finishedOf(course.entry.scenario, judged, this.#shared.options))
    if (this.#shared.options.isolation === 'none' && !judged.instanceUsable) {
      await this.#tell(course, { type: 'vm-lost', reason: judged.message })
    }
    await this.#shared.events.finish(course.entry.place)
  }

  /** What the kernel has complained about since the last scenario ended. */
  #sinceThen(ready: CheckedInstance | undefined): Late {
    return {
      splats: ready === undefined ? [] : findSplats(ready.instance.console.since(ready.window)),
    }
  }

  /** How the machine at hand has died already; nothing when it has not. */
  async #deathSoFar(): Promise<Pick<Late, 'death'>> {
    const death = await Promise.race([this.#held?.instance.died, Promise.resolve(undefined)])
    return death === undefined ? {} : { death }
  }

  /** Trouble of this machine may be over in a moment: one more try in a new machine tells. */
  async #untilDecided(course: Course): Promise<Ending> {
    const first = await this.#try(course)
    if (first.kind !== 'in vain') return first
    course.retried = first.reason
    const { name } = course.entry.scenario
    await this.#tell(course, { type: 'scenario-retried', name, reason: first.reason })
    await this.#letGo()
    return this.#try(course)
  }

  async #try(course: Course): Promise<Ending> {
    const { state, options } = this.#shared
    const { scenario, profile } = course.entry
    const known = state.decided(scenario, profile)
    if (known !== undefined) return { kind: 'finished', finished: known }
    let ready: CheckedInstance
    try {
      ready = await this.#instanceOf(profile)
    } catch (error) {
      options.signal.throwIfAborted()
      if (course.retried === undefined && mayPass(error)) return { kind: 'in vain', reason: messageOf(error) }
      // Another worker has said already that no machine comes up at all.
      if (state.isOver) return { kind: 'given up' }
      state.fail(profile, error)
      return { kind: 'finished', finished: notBooted(scenario, error, options) }
    }
    const lacks = state.decided(scenario, profile) ?? instanceLacks(scenario, ready.facts, options)
    if (lacks !== undefined) return { kind: 'finished', finished: lacks }
    return this.#run(course, ready)
  }

  async #run(course: Course, ready: CheckedInstance): Promise<Ending> {
    const { options, queue, state } = this.#shared
    const { signal, dialect, isolation, instances } = options
    const { scenario } = course.entry
    const { instance, watch } = ready
    if (!ready.isUsed) await this.#tell(course, readyEvent(ready))
    await this.#start(course)
    if (isolation !== 'none') {
      const next = queue.peek(() => false)
      if (next !== undefined) instances.prepare?.(next.profile, this.#number)
    }
    const hasPredecessor = ready.isUsed
    ready.isUsed = true
    const since = ready.window
    const found = await attempt(scenario, instance, {
      signal,
      dialect,
      watch,
      since,
      isLast: () => this.#isLast(),
      onBegun: async (splats) => {
        if (!hasPredecessor) return
        await this.#settle({ splats })
        if (isDamage({ splats }, options)) throw new DamagedInstance()
      },
    })
    ready.window = found.nextWindow
    if (hasPredecessor && !found.hasBegun && isDamage(lateIn(found), options)) {
      await this.#settle(lateIn(found))
      await this.#letGo()
      return this.#try(course)
    }
    if (found.death !== undefined) await this.#letGo()
    const earlierSplats = [
      ...course.earlierSplats,
      ...state.unjudged(ready),
      ...(hasPredecessor ? [] : found.earlierSplats),
    ]
    const result = { ...found, earlierSplats }
    const judged = judgeAttempt(result, options)
    const { verdict, message, instanceUsable } = judged
    if (course.retried === undefined && deservesSecondTry(judged, result)) {
      course.earlierSplats = earlierSplats
      return { kind: 'in vain', reason: message }
    }
    // A scenario that was not run to its end says nothing about what came before it.
    if (verdict !== 'MISS') state.bootJudged(ready)
    const finished = finishedOf(scenario, judged, options)
    return { kind: 'finished', finished, result, ...(instanceUsable ? {} : { lost: message }) }
  }

  /** The machine at hand if it will do, or a new one. */
  async #instanceOf(profile: BootProfile): Promise<CheckedInstance> {
    const { state, options } = this.#shared
    const { instances, signal, isolation } = options
    const held = this.#held
    if (held?.profile === profile && !(held.isUsed && isolation !== 'none')) return held
    await this.#letGo()
    const instance = await instances.next(profile, { signal, worker: this.#number })
    const ready = await makeReady(instance, profile, options)
    this.#held = ready
    state.learn(ready)
    return ready
  }

  /** Whether the machine at hand will do for it, and it needs one. */
  #suits({ scenario, profile }: Entry): boolean {
    return this.#held?.profile === profile && this.#shared.state.decided(scenario, profile) === undefined
  }

  /**
   * Whether no other scenario will run in the machine at hand, so that kmemleak is to be asked. That takes 15 s and more in
   * a kernel that has it; all the same each scenario is asked about that has a machine of its own, because nobody else
   * ever sees what it leaks. Who has not the time for that takes `none`.
   */
  #isLast(): boolean {
    const { options, queue } = this.#shared
    if (options.isolation !== 'none') return true
    // Another worker might take it: what comes next has to be settled now.
    const suits = (entry: Entry): boolean => this.#suits(entry)
    this.#reserved ??= queue.take(suits)
    return !(this.#reserved !== undefined && suits(this.#reserved)) && !queue.has(suits)
  }

  /** Closes the machine if it may not be used again, except one of its own that its user wants to look at. */
  async #afterwards(course: Course, lost: string | undefined): Promise<void> {
    const { isolation, keep } = this.#shared.options
    if (isolation !== 'none') {
      if (this.#held?.isUsed === true && keep === undefined) await this.#letGo()
    } else if (lost !== undefined) {
      await this.#letGo()
      await this.#tell(course, { type: 'vm-lost', reason: lost })
    }
  }

  async #start(course: Course): Promise<void> {
    if (course.isStarted) return
    course.isStarted = true
    const { name, title } = course.entry.scenario
    await this.#tell(course, { type: 'scenario-started', name, title })
  }

  #tell({ entry }: Course, event: RunEvent): Promise<void> {
    return this.#shared.events.write(entry.place, event)
  }

  async #letGo(): Promise<void> {
    const held = this.#held
    const death = await this.#deathSoFar()
    this.#held = undefined
    await held?.instance[Symbol.asyncDispose]()
    // Its console is complete now.
    await this.#settle({ ...this.#sinceThen(held), ...death })
  }
}

function readyEvent({ instance, profile }: CheckedInstance): RunEvent {
  return {
    type: 'vm-ready',
    accelerator: instance.accelerator.name,
    reason: instance.accelerator.reason,
    profile: describeProfile(profile),
    origin: instance.origin,
    milliseconds: instance.readyMilliseconds,
  }
}

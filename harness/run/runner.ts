// Runs the tests of a plan with several workers, and emits events in the order of the plan.
import type { RunEvent } from '../report/events.ts'
import { OrderedEvents } from './ordered-events.ts'
import { entriesOf, longestFirst, Queue } from './queue.ts'
import type { BuiltKernel, Kept, OnKernel, RunOptions, RunOutcome } from './run-options.ts'
import { RunState } from './run-state.ts'
import { Worker } from './worker.ts'

const deepestStack = 40

/**
 * Runs all tests, and emits their events in the order of the plan and then `run-finished`. Trouble of the kernel, this
 * computer or a test is a verdict, not an exception; an abort of `signal` ends the run early and shows in the outcome.
 */
export async function runTests(options: RunOptions): Promise<RunOutcome> {
  // A check may be several helpers below the line of the test file that a diagnostic names.
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, deepestStack)
  const { emit, signal, keep } = options
  const started = performance.now()
  const state = new RunState(options)
  await using stack = new AsyncDisposableStack()
  const workers = await work(options, state, stack)
  const { verdicts, aborted } = state
  const ending = { verdicts, ...(aborted === undefined ? {} : { aborted }) }
  const { exitCode } = state
  await emit({ type: 'run-finished', milliseconds: performance.now() - started, ...ending, exitCode })
  const instance = workers.find((worker) => worker.instance !== undefined)?.instance
  const kept: Kept =
    instance === undefined
      ? { kind: 'nothing', reason: state.lost ?? aborted ?? 'the last test did not need one' }
      : { kind: 'instance', instance }
  if (!signal.aborted) await keep?.(kept)
  return { ...ending, ...state.failure, exitCode }
}

/** Runs tests on one kernel one after the other, in an instance that they share: a campaign has many kernels. */
export async function runOn({ instances, decode, storeProgram }: BuiltKernel, options: OnKernel): Promise<RunOutcome> {
  const stores = storeProgram === undefined ? {} : { storeProgram }
  return await runTests({ ...options, ...stores, instances, decode, jobs: 1, isolation: 'none', durations: new Map() })
}

/**
 * Has the workers run all tests. When it returns, all workers have ended and the events of finished tests were emitted. The
 * workers may still have instances, which `stack` closes.
 */
async function work(options: RunOptions, state: RunState, stack: AsyncDisposableStack): Promise<readonly Worker[]> {
  const { plan, jobs, durations, emit, watch } = options
  const { planned, refused } = entriesOf(plan)
  const isStrict = jobs === 1
  const queue = new Queue(isStrict ? planned : longestFirst(planned, durations), { strict: isStrict })
  const events = new OrderedEvents<RunEvent>(emit, watch)
  // A bug in one worker also ends the others.
  const broken = new AbortController()
  const signal = AbortSignal.any([options.signal, broken.signal])
  const shared = { options: { ...options, signal }, state, queue, events }
  const workers = Array.from({ length: Math.min(jobs, planned.length) }, (_, number) =>
    stack.use(new Worker(number, shared)),
  )
  await Promise.all(workers.map((worker) => worker.run().catch((error: unknown) => broken.abort(error))))
  // They need no instance, but a kernel without what they require makes them a SKIP.
  if (!signal.aborted) await new Worker(0, { ...shared, queue: new Queue(refused, { strict: true }) }).run()
  await events.flush()
  if (!options.signal.aborted) broken.signal.throwIfAborted()
  return workers
}

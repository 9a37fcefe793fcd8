// A campaign of random sequences: its batches run like tests, and trouble of the instance is narrowed down to one program.
import { exitCodes } from '../../base/errors.ts'
import type { RunEvent, TestFinished, Verdict } from '../../report/events.ts'
import { onlyNamed, type BootGroup, type BootPlan } from '../../run/boot-plan.ts'
import type { RunOptions, RunOutcome } from '../../run/run-options.ts'
import { runTests } from '../../run/runner.ts'
import type { Test } from '../../run/test.ts'
import type { Batch } from './batches.ts'
import { outputOf, programsTest, type Shared } from './fuzz-test.ts'
import { narrow, signatureOf } from './narrow.ts'
import { tryPlan, type Program } from './program/fuzz-program.ts'

export interface CampaignOptions extends Omit<RunOptions, 'durations' | 'until' | 'keep'> {
  readonly batches: readonly Batch[]
  readonly shared: Shared
}

type FuzzOutcome = Pick<RunOutcome, 'verdicts' | 'exitCode' | 'error' | 'aborted'>

/**
 * Runs all batches, as many at a time as there are jobs, and emits the events of one run. `run-finished` is the last one.
 * @throws the reason of `signal`
 */
export async function fuzz(options: CampaignOptions): Promise<FuzzOutcome> {
  const { plan, jobs, emit, signal } = options
  const started = performance.now()
  const verdicts: Record<Verdict, number> = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  const names = [...plan.groups.flatMap(({ tests }) => tests), ...plan.refused.map(({ test }) => test)].map(
    ({ name }) => name,
  )
  let exitCode: number = exitCodes.ok
  let ending: Pick<RunOutcome, 'error' | 'aborted'> = {}
  for (let first = 0; first < names.length && ending.aborted === undefined; first += jobs) {
    const part = onlyNamed(plan, new Set(names.slice(first, first + jobs)))
    const held: RunEvent[] = []
    const outcome = await runTests({
      ...options,
      plan: part,
      durations: new Map(),
      emit: async (event) => void held.push(event),
    })
    for (const event of held) {
      if (event.type === 'run-finished') continue
      if (event.type === 'test-finished') verdicts[event.verdict] += 1
      await emit(event.type === 'test-finished' ? await explained(event, part, options) : event)
      // A campaign can have millions of programs.
      if (event.type === 'test-finished') options.shared.ran.delete(event.name)
    }
    exitCode = worse(exitCode, outcome.exitCode)
    ending = outcome
  }
  const { aborted } = ending
  const milliseconds = performance.now() - started
  await emit({ type: 'run-finished', milliseconds, verdicts, ...(aborted === undefined ? {} : { aborted }), exitCode })
  signal.throwIfAborted()
  return { ...ending, verdicts, exitCode }
}

/** A failed test says more about the kernel than trouble of this computer. */
function worse(one: number, other: number): number {
  if (one === exitCodes.testFailed || other === exitCodes.testFailed) return exitCodes.testFailed
  return one === exitCodes.ok ? other : one
}

/** Adds the smallest program to the failure of a batch that has no finding: the instance itself was in trouble. */
async function explained(event: TestFinished, plan: BootPlan, options: CampaignOptions): Promise<TestFinished> {
  const { shared, batches, signal } = options
  const { findings, ran } = shared
  const { name, diagnostic } = event
  const programs = ran.get(name) ?? []
  const signature = signatureOf(event)
  const group = plan.groups.find(({ tests }) => tests.some((test) => test.name === name))
  const batch = batches.find((candidate) => candidate.name === name)
  const isExplained = findings.of(name) !== undefined || diagnostic === undefined || signature === undefined
  if (isExplained || programs.length === 0 || group === undefined || batch === undefined || signal.aborted) return event
  if (!findings.claim(signature, name)) return event
  const all = programs.map(({ program }) => program)
  const narrowed = await narrow(all, signature, (candidates) => attempt(candidates, group, options))
  const origin = programs[narrowed?.index ?? -1]
  if (narrowed === undefined || origin === undefined) return event
  const { program, isConfirmed } = narrowed
  const finding = await findings.add(name, {
    fingerprint: signature,
    message: diagnostic.message,
    program,
    seed: batch.seed,
    path: origin.path,
    before: origin.program.steps.length,
    isConfirmed,
  })
  return { ...event, diagnostic: { ...diagnostic, output: outputOf(finding), again: options.again(name) } }
}

/** Runs programs in an instance of their own; its events are no part of the campaign. */
async function attempt(
  programs: readonly Program[],
  { profile }: BootGroup,
  options: CampaignOptions,
): Promise<string | undefined> {
  if (options.signal.aborted || !programs.every(isPossible(options))) return undefined
  // The kernel has what programs need: a batch has run on it.
  const test: Test = { ...programsTest('attempt', '', programs, options.shared), requires: [] }
  const finished: TestFinished[] = []
  await runTests({
    ...options,
    jobs: 1,
    plan: { groups: [{ profile, tests: [test] }], refused: [] },
    durations: new Map(),
    emit: async (event) => void (event.type === 'test-finished' && finished.push(event)),
  })
  const [event] = finished
  return event === undefined ? undefined : signatureOf(event)
}

/** Tells whether the steps of a program can be done one after the other; the nested VM does not matter for that. */
function isPossible({ shared: { subject } }: CampaignOptions): (program: Program) => boolean {
  return (program) => subject !== undefined && tryPlan(program, subject) !== undefined
}

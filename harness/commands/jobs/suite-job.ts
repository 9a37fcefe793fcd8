// The common work of `run` and `kselftest`: from the tests of a suite to the last event.
import { withDumps } from '../../kernel/dumps.ts'
import { cacheDirectory } from '../../base/paths.ts'
import { bytes } from '../../base/units.ts'
import { dayOf, expiryNotes } from '../../console/sift.ts'
import type { InstanceSource } from '../../instance/instance.ts'
import type { InstanceParts } from '../../instance/instance-options.ts'
import { withEnding } from '../../report/ending.ts'
import { isExpected } from '../../report/meaning/change.ts'
import { eventsVersion, type Change, type RunEvent, type TestFinished } from '../../report/events.ts'
import { plainText } from '../../report/plain.ts'
import { reporting, type Report } from '../../report/open-sinks.ts'
import { isFailure, testOf } from '../../report/stored/failure.ts'
import { writeProgram } from '../../report/stored/write-program.ts'
import { loadTap } from '../../report/tap/tap-output.ts'
import { readDurations, rememberDurations } from '../../run/durations.ts'
import type { RunOptions } from '../../run/run-options.ts'
import { Repetitions } from '../../run/selection/repetitions.ts'
import type { Test } from '../../run/test.ts'
import type { TimeLimit } from '../../run/time-limit.ts'
import { plainProfile } from '../../vm/profile.ts'
import { againLine } from './again-line.ts'
import { dialectOfRun } from './dialect-of-run.ts'
import { jobsFor } from './jobs-for.ts'
import { ownPart } from './own-part.ts'
import { consolesOf, poolOf, runFactsOf, symbolizerFor, type Job } from './job.ts'
import { flagsOf } from '../job-options.ts'
import { endsKeeping } from '../ending/interrupt.ts'
import { noteTeller } from './note-teller.ts'
import { kernelReady, provideParts } from './parts.ts'
import { recordOf, type RunRecord } from './run-record.ts'
import { limitFrom, withinLimit } from '../planning/within-limit.ts'
import { reproducersIn } from '../exporting/reproducers-in.ts'
import { readEarlier } from '../past/read-earlier.ts'
import { remembering } from '../past/remember-run.ts'
import { repeatNew } from '../past/repeat-new.ts'

/** The suite of a verb. */
export interface SuiteJob {
  readonly verb: string
  readonly suite: string
  readonly names: readonly string[]
  /** Words to add to the command line that runs one test again. */
  readonly flags: readonly string[]
  /** Loads the tests for a dialect, while the first instance comes up. */
  readonly load: (dialect: RunOptions['dialect']) => Promise<readonly Test[]>
  /** The tests depend on the dialect of the kernel: without it, none of them runs. */
  readonly needsDialect: boolean
  /** The tests are likely to want the plain profile: an instance of it is begun before they are loaded. */
  readonly isPlain: boolean
  /** Leaves the last instance up, and prints the command to log in. */
  readonly keep: boolean
  /** Follows the tests and the instances of the run. */
  readonly observe?: (parts: InstanceParts) => Promise<Observer>
}

/** Sees what the tests of a run do in its instances. Disposal ends its work. */
export interface Observer extends AsyncDisposable {
  readonly following: (test: Test) => Test
  readonly watching: (source: InstanceSource) => InstanceSource
  /** Called when the last instance has gone, before the run is over. */
  readonly finish: () => Promise<void>
}

type Emit = (event: RunEvent) => Promise<void>

/** Runs the suite and returns the exit code. `run-finished` is always emitted. */
export async function runSuite(wanted: SuiteJob, job: Job): Promise<number> {
  const { context, definition, options, baseline } = job
  await using claim = job.claim
  void claim
  const durations = await readDurations(cacheDirectory(), job)
  const repetitions = new Repetitions(wanted.names, options.repeat ?? 1)
  const dividing = repetitions.durations(job.dividing ?? durations)
  const { names, ...shard } = await ownPart(repetitions.names, dividing, options.shard)
  const history = await readEarlier(
    job.reports,
    options,
    {
      suite: wanted.suite,
      kernel: definition.name,
      accelerator: job.accelerator.name,
      before: job.started.toISOString(),
    },
    noteTeller(context),
  )
  const report = (work: (report: Report) => Promise<number>): Promise<number> =>
    remembering(job.directory, options, context, () =>
      reporting({ ...context, history, reproducerOf: reproducersIn(job.directory) }, job.directory, job.reports, work),
    )
  return await report(async ({ emit: write, watch }) => {
    const emit: Emit = (event) => write(baseline?.compared(event) ?? event)
    await emit({
      type: 'run-started',
      time: job.started.toISOString(),
      version: eventsVersion,
      kernel: definition.name,
      dialect: definition.dialect,
      suite: wanted.suite,
      tests: names,
      ...(options.repeat === undefined ? {} : { repeated: wanted.names }),
      isolation: job.isolation,
      ...shard,
    })
    return await withEnding(emit, async (tell) => {
      const begin = performance.now()
      const limit = options.timeLimit && limitFrom(job.started, options.timeLimit)
      // Another kernel is built for dumps; reports and durations name the kernel that was asked for.
      const built = options.vmcore === true ? withDumps(definition) : definition
      const parts = await withinLimit(limit, context, (within) => provideParts(built, options, within))
      await tell(kernelReady(parts.kernel, begin))
      return await runOnInstances({ ...wanted, names, repetitions, durations, limit, watch }, job, parts, tell)
    })
  })
}

/** A suite whose tests are chosen. */
interface ChosenSuite extends SuiteJob {
  readonly repetitions: Repetitions
  /** The durations of the last run, which the tests that pass replace. */
  readonly durations: Map<string, number>
  readonly limit: TimeLimit | undefined
  /** Takes each event when it happens. */
  readonly watch: Report['watch']
}

/** Runs the tests and writes the record of the run. Defers work that the first instance does not need. */
async function runOnInstances(wanted: ChosenSuite, job: Job, parts: InstanceParts, emit: Emit): Promise<number> {
  const { context, definition, options, started, baseline } = job
  const { printError, stderr, signal } = context
  const available = bytes(process.availableMemory())
  await using record = recordOf(parts, job)
  record.holdBack()
  await using consoles = consolesOf(job)
  await using instances = poolOf(parts, job, consoles, {
    onCommands: (commands) => record.update(commands),
    onIdle: () => void loadMeanwhile(record),
  })
  // A shard may have no test.
  if (wanted.isPlain && wanted.names.length > 0) await instances.begin(plainProfile)
  const { durations, repetitions } = wanted
  const needs = {
    // A shard may have no test.
    isNeeded: wanted.needsDialect && wanted.names.length > 0,
    ...(options.retryMachine === undefined ? {} : { retries: options.retryMachine }),
  }
  const { dialect, instances: source } = await dialectOfRun(definition.dialect, needs, instances, context)
  await using observer = await wanted.observe?.(parts)
  const [loaded, { onlyNamed, placesOf, planBoots }, { runTests }] = await Promise.all([
    wanted.load(dialect),
    import('../../run/boot-plan.ts'),
    import('../../run/runner.ts'),
  ])
  const tests = repetitions.of(loaded).map((test) => observer?.following(test) ?? test)
  if (options.shard !== undefined) await emit({ type: 'shard-planned', ...placesOf(tests, wanted.names) })
  const plan = onlyNamed(planBoots(tests, available), new Set(wanted.names))
  for (const { error } of plan.refused) printError(error)
  for (const note of expiryNotes(definition.allow, dayOf(started))) stderr.write(`gmemtest: ${plainText(note)}\n`)
  if (!plan.groups.some(({ profile }) => profile === plainProfile)) await instances.drop(plainProfile)
  const jobs = wanted.keep ? 1 : (options.jobs ?? jobsFor(plan, available))
  if (options.jobs === undefined && jobs > 1) {
    const reason = 'by the processors and the memory of this computer; --jobs sets another number'
    stderr.write(`gmemtest: ${jobs} instances at once, ${reason}\n`)
  }
  const changeOf = (event: TestFinished): Change | undefined => baseline?.changeOf(event)
  const counts = (event: TestFinished): boolean => isFailure(event) && !isExpected({ change: changeOf(event) })
  const newNames: string[] = []
  let ending: RunEvent | undefined
  const repeats = baseline === undefined ? 0 : (options.retryNew ?? 0)
  const run: RunOptions = {
    ...runFactsOf(job, dialect),
    needsDialect: wanted.needsDialect,
    plan,
    instances: observer?.watching(source) ?? source,
    jobs,
    durations: repetitions.durations(durations),
    ...(wanted.limit === undefined ? {} : { limit: wanted.limit }),
    ...(options.failFast === true || options.untilFail === true ? { failFast: counts } : {}),
    ...(options.retryMachine === undefined ? {} : { retries: options.retryMachine }),
    decode: symbolizerFor(parts.kernel.vmlinux, job.context),
    emit: async (event) => {
      if (event.type === 'test-finished' && event.verdict === 'PASS') {
        durations.set(testOf(event), event.milliseconds)
      }
      if (event.type === 'test-finished' && event.verdict !== 'SKIP' && changeOf(event) === 'new')
        newNames.push(event.name)
      // The tests that run again belong to the run.
      if (event.type === 'run-finished' && repeats > 0) ending = event
      else await emit(event)
    },
    watch: wanted.watch,
    storeProgram: (program) => writeProgram(job.directory, program),
    again: (name) => againLine(wanted.verb, [...flagsOf(options), ...wanted.flags], repetitions.testOf(name)),
    ...(wanted.keep ? { keep: async (kept) => (await import('./keep.ts')).keepInstance(kept, parts, job) } : {}),
  }
  const outcome = await runTests(run)
  if (ending !== undefined) {
    // Not the pool of the run: its instances may be shared.
    const isolation = 'vm'
    await using fresh = poolOf(parts, { ...job, isolation }, consoles, { onCommands: () => undefined })
    const { keep: _kept, failFast: _ended, watch: _watched, ...same } = run
    await repeatNew(newNames, {
      times: repeats,
      runAgain: (chosen, each) =>
        runTests({ ...same, isolation, instances: fresh, plan: onlyNamed(plan, chosen), emit: each }),
      isNew: (event) => changeOf(event) === 'new',
      emit,
      tell: noteTeller(context),
      onTrouble: printError,
      signal,
    })
    await emit(ending)
  }
  // The shards that begin later must be divided by the same durations.
  if (options.shard === undefined) await rememberDurations(cacheDirectory(), job, durations)
  // A Ctrl-C that ends --keep is not an interruption of the run.
  if (outcome.aborted !== undefined || !endsKeeping(signal)) signal.throwIfAborted()
  if (outcome.error !== undefined) printError(outcome.error)
  await observer?.finish()
  for (const note of baseline?.notMet() ?? []) noteTeller(context)(note)
  // The baseline first: it knows nothing of a record that could not be written.
  return await record.exitCode(baseline?.exitCode(outcome.exitCode) ?? outcome.exitCode)
}

/** Loads tap and writes the record while the first instance boots, so that a run that is killed later has its record. */
async function loadMeanwhile(record: RunRecord): Promise<void> {
  // The first test point loads tap again, and reports the failure.
  await loadTap().catch(() => undefined)
  record.release()
}

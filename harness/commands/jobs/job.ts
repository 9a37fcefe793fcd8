// The common beginning of every verb that runs tests, and the pool of its instances.
import { cacheDirectory } from '../../base/paths.ts'
import { dayOf } from '../../console/sift.ts'
import { symbolizerOf, type Symbolizer } from '../../console/symbolizer.ts'
import { Consoles } from '../../instance/consoles.ts'
import type { InstanceParts } from '../../instance/instance-options.ts'
import { InstancePool, type InstancePoolOptions } from '../../instance/pool.ts'
import type { JudgeFacts } from '../../judge/facts.ts'
import type { Isolation, KernelDefinition } from '../../kernel/definition/definition.ts'
import { bootWords } from '../../kernel/definition/boot-words.ts'
import { plainText } from '../../report/plain.ts'
import type { Baseline } from '../../report/stored/baseline.ts'
import { makeResultsDirectory } from '../../report/results-directory.ts'
import { targetsOf, type ReportTarget } from '../../report/targets.ts'
import type { RunOptions } from '../../run/run-options.ts'
import { expectedSkips, skipsOf } from '../../suites/scenarios/expected-skips.ts'
import { scenarioSuite } from '../../suites/scenarios/scenario-files.ts'
import { chooseAccelerator, slowedDown, type Accelerator } from '../../vm/accelerator.ts'
import type { CommandContext } from '../command-context.ts'
import { chosenDefinition } from '../definitions/kernel-choice.ts'
import type { JobOptions } from '../job-options.ts'
import { claimDirectory } from './claim-directory.ts'
import { noteTeller } from './note-teller.ts'
import { refuseLoneRetry, refuseLoneUntilFail } from '../planning/refusals.ts'
import { progressLine } from '../progress/progress.ts'
import { requireEnvironment } from '../require-environment.ts'

/** The facts of a job, known before its kernel is built. */
export interface Job {
  readonly options: JobOptions
  readonly context: CommandContext
  readonly definition: KernelDefinition
  readonly accelerator: Accelerator
  readonly isolation: Isolation
  /** The directory of the results. */
  readonly directory: string
  readonly reports: readonly ReportTarget[]
  /** The results against which only what is new counts. */
  readonly baseline: Baseline | undefined
  /** The durations that divide the suite, if the user names results for that. */
  readonly dividing: ReadonlyMap<string, number> | undefined
  /** Keeps other runs out of the directory. Dispose of it after the last report. */
  readonly claim: AsyncDisposable
  readonly started: Date
}

/** The facts of a job that has no directory yet. */
export type JobFacts = Omit<Job, 'directory' | 'claim'>

/**
 * Loads the kernel definition and chooses the accelerator; `choose` selects the work of the job in `suite`, and
 * `namesOf` names its tests, for the choice of a baseline. Writes nothing.
 * @throws {UsageError} for a mistake in an option or the definition, {InfraError} when this computer cannot do the job
 */
export async function chooseJob<Choice>(
  options: JobOptions,
  context: CommandContext,
  suite: string,
  choose: (definition: KernelDefinition) => Promise<Choice>,
  namesOf: (choice: Choice) => readonly string[] = () => [],
): Promise<readonly [facts: JobFacts, choice: Choice]> {
  const started = new Date()
  refuseLoneRetry(options)
  const reports = targetsOf(options.report ?? [], process.env['GITHUB_STEP_SUMMARY'])
  await requireEnvironment()
  const tell = noteTeller(context)
  using line = progressLine(context.stderr, context.isTty)
  // Of a partial clone, the commits of a series are fetched.
  line.showLater('reading the definition, its source and its series')
  const [definition, chosen, dividing] = await Promise.all([
    chosenDefinition(options, context),
    chooseAccelerator(options.accel),
    earlier(options.durations, async (place) =>
      (await import('../../report/stored/passed-in.ts')).passedIn(place, tell),
    ),
  ])
  await expectedSkips(definition)
  // The choice may have a line of its own.
  line[Symbol.dispose]()
  const choice = await choose(definition)
  const names = namesOf(choice)
  refuseLoneUntilFail(options, names.length)
  // Not later: a new directory of results replaces `latest`, and those that --output names.
  const isCompared = options.baseline !== undefined || options.known !== undefined
  const run = {
    kernel: definition.name,
    suite,
    tests: names,
    before: started.toISOString(),
    accelerator: chosen.name,
  }
  const baseline = isCompared
    ? await (await import('../past/comparison.ts')).readComparison(options, run, tell)
    : undefined
  const accelerator = slowedDown(chosen, definition.slowdown)
  const isolation = options.isolation ?? definition.isolation
  return [{ options, context, definition, accelerator, isolation, reports, baseline, dividing, started }, choice]
}

/** Reads earlier results, if the user names them. */
async function earlier<Value>(
  place: string | undefined,
  read: (place: string) => Promise<Value>,
): Promise<Value | undefined> {
  return place === undefined ? undefined : await read(place)
}

/**
 * Prepares a job as `chooseJob` does, and makes the directory of the results, named after the kernel and the suite, unless
 * that is the one of scenarios. A mistake in the choice leaves no directory.
 * @throws {UsageError} for a mistake in an option or the definition, {InfraError} when this computer cannot do the job
 */
export async function prepareJob<Choice>(
  options: JobOptions,
  context: CommandContext,
  suite: string,
  choose: (definition: KernelDefinition) => Promise<Choice>,
  namesOf?: (choice: Choice) => readonly string[],
): Promise<readonly [job: Job, choice: Choice]> {
  const [facts, choice] = await chooseJob(options, context, suite, choose, namesOf)
  await using stack = new AsyncDisposableStack()
  const directory = await makeResultsDirectory({
    output: options.output,
    kernel: `${facts.definition.name}${suite === scenarioSuite ? '' : `-${suite}`}`,
    now: facts.started,
    claim: async (made) => void stack.use(await claimDirectory(made, context)),
  })
  return [{ ...facts, directory, claim: stack.move() }, choice]
}

/** Makes the consoles of a job, which end in one file: console.log, or `name`. */
export function consolesOf({ directory, context }: Job, name?: string): Consoles {
  return new Consoles(directory, context.printError, name)
}

type PoolExtras = Pick<InstancePoolOptions, 'onCommands' | 'onIdle'>

/** Makes the pool of instances of one kernel. */
export function poolOf(parts: InstanceParts, job: Job, consoles: Consoles, extras: PoolExtras): InstancePool {
  const { accelerator, isolation, options, context, definition, directory } = job
  return new InstancePool({
    parts,
    accelerator,
    isolation,
    append: bootWords(definition, options.append),
    consoles,
    cache: cacheDirectory(),
    ...(options.vmcore === true ? { dumpsTo: directory } : {}),
    signal: context.signal,
    ...extras,
  })
}

type RunFacts = Pick<RunOptions, 'isolation' | 'signal' | 'dialect' | 'allow' | 'today'> &
  Pick<JudgeFacts, 'kernel' | 'expectSkips'>

/** Returns the facts of a job on a kernel of this dialect that a run depends on. */
export function runFactsOf({ isolation, context, definition, started }: Job, dialect: RunOptions['dialect']): RunFacts {
  return {
    isolation,
    signal: context.signal,
    dialect,
    kernel: definition.name,
    expectSkips: skipsOf(definition, dialect),
    allow: definition.allow,
    today: dayOf(started),
  }
}

/** Makes the symbolizer of a job for one kernel; the first reason why traces lack file and line goes to standard error. */
export function symbolizerFor(vmlinux: string, { signal, stderr }: CommandContext): Symbolizer {
  return symbolizerOf(vmlinux, signal, (trouble) => stderr.write(`gmemtest: ${plainText(trouble)}\n`))
}

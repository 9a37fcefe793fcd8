// The work of `gmemtest repro --runs`: how often a reproducer fails, each time in a restored instance.
import { realpath } from 'node:fs/promises'
import { exitCodes, messageOf, UsageError } from '../../base/errors.ts'
import { launcher } from '../../base/paths.ts'
import { bytes } from '../../base/units.ts'
import { measureRates, ratesOf, type Measured, type Rates, type RunEnd } from '../../campaigns/repro/measure-rates.ts'
import { plannedDialect } from '../../instance/kernel-dialect.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { defaultKernel } from '../../kernel/definition/load-definition.ts'
import { shellLine } from '../../process/child.ts'
import { withEnding } from '../../report/ending.ts'
import {
  eventsVersion,
  type Diagnostic,
  type RunEvent,
  type TestFinished,
  type TestPoint,
} from '../../report/events.ts'
import { reporting } from '../../report/open-sinks.ts'
import { makeResultsDirectory } from '../../report/results-directory.ts'
import { planBoots } from '../../run/boot-plan.ts'
import type { BuiltKernel } from '../../run/run-options.ts'
import { runTests } from '../../run/runner.ts'
import type { Test } from '../../run/test.ts'
import type { CommandContext } from '../command-context.ts'
import { flagsOf, type JobOptions } from '../job-options.ts'
import { definitionOf } from '../exporting/kernel-of.ts'
import { claimDirectory } from '../jobs/claim-directory.ts'
import { chooseJob, runFactsOf, type Job, type JobFacts } from '../jobs/job.ts'
import { noteTeller } from '../jobs/note-teller.ts'
import { kernelReady, provideParts } from '../jobs/parts.ts'
import { recordOf } from '../jobs/run-record.ts'
import { loadTests } from '../planning/load-tests.ts'
import { skipsBetweenPatches } from '../../suites/scenarios/expected-skips.ts'
import { builtKernel, namedDialect } from '../series/built-kernels.ts'
import type { MeasureOptions } from './measure-options.ts'
import { findReproducer, type Reproducer } from './reproducer.ts'

const suite = 'repro'
/** An interval of so many points tells never, sometimes and always apart: 16 runs that all end alike are enough. */
const usualWidth = 20

/** Measures how often a reproducer fails, and returns the exit code. */
export async function measure(what: string, options: MeasureOptions, context: CommandContext): Promise<number> {
  const kernels = options.kernel ?? []
  if (kernels.length > 2) {
    throw new UsageError('USAGE', `--kernel is given ${kernels.length} times, and two kernels are compared`, {
      hint: 'give --kernel once, or twice to compare two rates',
    })
  }
  const started = new Date()
  const reproducer = await findReproducer(what, options, context)
  const facts: JobFacts[] = []
  for (const kernel of kernels.length === 0 ? [undefined] : kernels)
    facts.push(await factsOf(kernel, reproducer, options, context))
  const [first] = facts
  if (first === undefined) throw new UsageError('USAGE', 'no kernel is named')
  await using stack = new AsyncDisposableStack()
  const directory = await makeResultsDirectory({
    output: options.output,
    kernel: `${first.definition.name}-${suite}`,
    now: started,
    claim: async (made) => void stack.use(await claimDirectory(made, context)),
  })
  const jobs = facts.map((each): Job => ({ ...each, directory, claim: stack }))
  const again = await againLine(what, reproducer, options)
  return await reporting(context, directory, first.reports, async ({ emit: write }) => {
    await write({
      type: 'run-started',
      time: started.toISOString(),
      version: eventsVersion,
      kernel: first.definition.name,
      dialect: first.definition.dialect,
      suite,
      tests: [reproducer.name],
      isolation: 'vm',
    })
    return await withEnding(write, (emit) => execute(reproducer, jobs, { ...options, again }, context, emit))
  })
}

/** Returns the same command. The results of this run are the latest ones from now on, so a program is named by its file. */
async function againLine(what: string, { program }: Reproducer, options: MeasureOptions): Promise<string> {
  const { runs, within, kernel = [], ...others } = options
  return shellLine(launcher(), [
    suite,
    program === undefined ? what : await realpath(program.file),
    '--runs',
    String(runs),
    ...(within === undefined ? [] : ['--within', String(within)]),
    ...kernel.flatMap((name) => ['--kernel', name]),
    ...flagsOf(ownOptions(others)),
  ])
}

/** Returns the options that are those of any job. */
function ownOptions({ accel, append, aptSuite, report }: Partial<MeasureOptions>): JobOptions {
  return {
    ...(accel === undefined ? {} : { accel }),
    ...(append === undefined ? {} : { append }),
    ...(aptSuite === undefined ? {} : { aptSuite }),
    ...(report === undefined ? {} : { report }),
  }
}

async function factsOf(
  kernel: string | undefined,
  { program }: Reproducer,
  options: MeasureOptions,
  context: CommandContext,
): Promise<JobFacts> {
  // The kernel of the failure may be a mutant, which has no name of its own.
  const definition: KernelDefinition | undefined =
    kernel === undefined && program !== undefined ? await definitionOf(program, undefined, context.signal) : undefined
  const name = kernel ?? program?.kernel ?? defaultKernel
  const [facts] = await chooseJob(
    { ...ownOptions(options), kernel: name, isolation: 'vm' },
    context,
    suite,
    async () => undefined,
  )
  return definition === undefined ? facts : { ...facts, definition }
}

type Emit = (event: RunEvent) => Promise<void>

/** A kernel on which the reproducer runs. */
interface Bench {
  readonly job: Job
  readonly built: BuiltKernel
  readonly test: Test
  readonly name: string
}

/** Measures on all kernels, and emits the result as that of one test. */
async function execute(
  reproducer: Reproducer,
  jobs: readonly Job[],
  { runs: most, within = usualWidth, again }: MeasureOptions & { readonly again: string },
  context: CommandContext,
  emit: Emit,
): Promise<number> {
  const started = performance.now()
  const tell = noteTeller(context)
  await using stack = new AsyncDisposableStack()
  const benches: Bench[] = []
  for (const [index, job] of jobs.entries()) {
    const begin = performance.now()
    const parts = await provideParts(job.definition, job.options, context)
    if (index === 0) await emit(kernelReady(parts.kernel, begin))
    // The record is about the first kernel: the results name the other one.
    const record = index === 0 ? stack.use(recordOf(parts, job)) : undefined
    const name = `${index + 1}-${job.definition.name}`
    const built = stack.use(builtKernel(parts, name, job, (commands) => record?.update(commands)))
    benches.push({ job, built, test: await testFor(reproducer, job), name: kernelName(jobs, index) })
  }
  const named = { suite, name: reproducer.name }
  await emit({ type: 'test-started', ...named, title: '' })
  let seen: Diagnostic | undefined
  const measured = benches.map(({ name }) => ({ kernel: name, runs: [] as RunEnd[] }))
  const runOnce = async (index: number): Promise<RunEnd> => {
    const bench = benches[index]
    if (bench === undefined) throw new RangeError(`there is no kernel ${index}`)
    const { diagnostic, ...end } = await runOn(bench, again)
    if (end.kind === 'failed') seen ??= diagnostic
    tell(`${bench.name}: ${end.kind === 'passed' ? 'passed' : `${end.kind}: ${end.message}`}`)
    return end
  }
  await measureRates(measured, { most, within, runOnce }).catch((error: unknown) => {
    for (const sentence of ratesOf(measured, within).sentences) tell(`so far: ${sentence}`)
    throw error
  })
  const rates = ratesOf(measured, within)
  for (const sentence of rates.sentences) tell(sentence)
  const milliseconds = performance.now() - started
  const points = pointsOf(measured, rates)
  await emit({ type: 'test-finished', ...named, milliseconds, points, ...outcomeOf(rates, seen, again) })
  const verdicts = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0, [rates.verdict]: 1 }
  const exitCode = codes[rates.verdict]
  await emit({ type: 'run-finished', milliseconds, verdicts, exitCode })
  return exitCode
}

const codes = {
  PASS: exitCodes.ok,
  FAIL: exitCodes.testFailed,
  MISS: exitCodes.couldNotRun,
  // Without a rate, nothing was measured.
  SKIP: exitCodes.couldNotRun,
} as const satisfies Record<Rates['verdict'], number>

/** Names a kernel; of two with the same name, by their order. */
function kernelName(jobs: readonly Job[], index: number): string {
  const names = jobs.map(({ definition }) => definition.name)
  const name = names[index] ?? ''
  return new Set(names).size === names.length ? name : `${name} (${index === 0 ? 'first' : 'second'})`
}

async function testFor(reproducer: Reproducer, { definition, context }: Job): Promise<Test> {
  if (reproducer.kind === 'c') return reproducer.test
  const [test] = await loadTests(
    [reproducer.file],
    namedDialect(definition, 'a scenario of repro needs'),
    context.signal,
  )
  if (test === undefined) throw new RangeError(`${reproducer.name} is no test`)
  return test
}

/** Runs the test once, in an instance of its own. */
async function runOn(
  { job, built, test }: Bench,
  again: string,
): Promise<RunEnd & { readonly diagnostic?: Diagnostic }> {
  const { definition, context } = job
  const dialect = definition.dialect === 'auto' ? plannedDialect('auto') : definition.dialect
  const ended: TestFinished[] = []
  const { error } = await runTests({
    ...runFactsOf(job, dialect),
    isolation: 'vm',
    needsDialect: false,
    // A kernel that lacks what the reproducer needs is no failure.
    expectSkips: [...skipsBetweenPatches, test.name],
    plan: planBoots([test], bytes(process.availableMemory())),
    instances: built.instances,
    decode: built.decode,
    jobs: 1,
    durations: new Map(),
    emit: async (event) => {
      if (event.type === 'test-finished') ended.push(event)
    },
    again: () => again,
  })
  context.signal.throwIfAborted()
  const [finished] = ended
  if (finished === undefined) return { kind: 'trouble', message: error === undefined ? 'no result' : messageOf(error) }
  return endOf(finished)
}

const kinds = {
  PASS: 'passed',
  FAIL: 'failed',
  SKIP: 'lacking',
  ERROR: 'trouble',
  MISS: 'trouble',
} as const satisfies Record<TestFinished['verdict'], RunEnd['kind']>

function endOf({
  verdict,
  reason,
  diagnostic,
  beforehand,
}: TestFinished): RunEnd & { readonly diagnostic?: Diagnostic } {
  const message = diagnostic?.message ?? reason ?? verdict
  // A kernel that does not boot does not show the failure of the reproducer.
  const kind = beforehand === true ? 'trouble' : kinds[verdict]
  return { kind, message, ...(diagnostic === undefined ? {} : { diagnostic }) }
}

/** Returns a point for each run. A failure that does not decide is expected. */
function pointsOf(measured: readonly Measured[], { verdict }: Rates): TestPoint[] {
  return measured.flatMap(({ kernel, runs }) =>
    runs.map(({ kind, message }, index): TestPoint => {
      const name = `run ${index + 1} on ${kernel}${kind === 'passed' ? '' : `: ${message}`}`
      if (kind === 'failed') {
        const expected = verdict === 'FAIL' ? {} : { directive: 'TODO' as const, reason: 'a rate is measured' }
        return { ok: false, name, ...expected }
      }
      return kind === 'passed' ? { ok: true, name } : { ok: true, name, directive: 'SKIP', reason: message }
    }),
  )
}

function outcomeOf(
  { verdict, sentences }: Rates,
  seen: Diagnostic | undefined,
  again: string,
): Pick<TestFinished, 'title' | 'verdict' | 'reason' | 'diagnostic'> {
  const message = sentences.join('; ')
  if (verdict === 'PASS') return { title: message, verdict }
  if (verdict === 'SKIP') return { title: message, verdict, reason: message }
  const { wanted: _wanted, found: _found, ...shown } = seen ?? { rules: [], operations: [], console: [] }
  return { title: message, verdict, diagnostic: { ...shown, message, again } }
}

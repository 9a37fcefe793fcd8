// The work of `gmemtest mutants`: one mutant after the other, and then the control.
import { exitCodes, UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { bytes } from '../../base/units.ts'
import { MutantKernels } from '../../campaigns/mutants/build-ahead.ts'
import { chooseMutants } from '../../campaigns/mutants/choose-mutants.ts'
import { tryMutants } from '../../campaigns/mutants/mutant-campaign.ts'
import { withMutant, type Mutant } from '../../campaigns/mutants/mutant-patches.ts'
import type { InstanceParts } from '../../instance/instance-options.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { provideKernel } from '../../kernel/provide.ts'
import { eventsVersion, type ReportEvent } from '../../report/events.ts'
import { plainText } from '../../report/plain.ts'
import { writeProgram } from '../../report/stored/write-program.ts'
import { reporting } from '../../report/open-sinks.ts'
import type { RunOptions } from '../../run/run-options.ts'
import { planBoots, type BootPlan } from '../../run/boot-plan.ts'
import { loadScenarios } from '../../suites/scenarios/load-scenarios.ts'
import { listScenarioFiles, type ScenarioFile } from '../../suites/scenarios/scenario-files.ts'
import { scenarioTest } from '../../suites/scenarios/scenario-test.ts'
import { buildOptions } from '../progress/build-progress.ts'
import type { CommandContext } from '../command-context.ts'
import { chosenDefinition } from '../definitions/kernel-choice.ts'
import { againLine } from './again-line.ts'
import { builtKernel, namedDialect } from '../series/built-kernels.ts'
import { chooseJob, prepareJob, runFactsOf, type Job } from './job.ts'
import { flagsOf, type JobOptions } from '../job-options.ts'
import { columnsOf, tableRow } from '../layout.ts'
import { kernelReady, provideParts } from './parts.ts'
import { progressLine } from '../progress/progress.ts'
import { recordOf } from './run-record.ts'
import { limitFrom, withinLimit } from '../planning/within-limit.ts'

/** The word for the results of campaigns. */
const campaign = 'mutants'

/** The options of `gmemtest mutants`. */
export interface MutantsOptions extends JobOptions {
  readonly all?: true
  readonly list?: true
}

/** The inputs of a campaign, beside its job. */
interface Campaign {
  readonly all: boolean
  readonly mutants: readonly Mutant[]
  readonly dialect: RunOptions['dialect']
  readonly plan: BootPlan
  /** The parts with the kernel without a mutant. */
  readonly parts: InstanceParts
}

/** Prints the mutants that the patterns choose, one a line. */
export async function listMutants(
  patterns: readonly string[],
  options: MutantsOptions,
  context: CommandContext,
): Promise<number> {
  const { stdout, stderr } = context
  const definition = await chosenDefinition(options, context)
  const [mutants] = await chosen(definition, patterns)
  const width = Math.max(0, ...mutants.map(({ name }) => name.length))
  for (const { name, title, bugs, claims } of mutants) {
    const known = bugs.length === 0 ? '' : `${bugs.join(', ')}; `
    const text = plainText(`${title} [${known}${claims.map(({ scenario }) => scenario).join(' ')}]`)
    stdout.write(`${tableRow(plainText(name), width, text, columnsOf(stdout))}\n`)
  }
  stderr.write(
    'gmemtest: in brackets: the numbers of the known bug (docs/bugs.md), if it has one, and the scenarios that kill it\n',
  )
  return exitCodes.ok
}

/** Tries the mutants that the patterns choose, and returns the exit code. The limit of time ends also a scenario that runs. */
export async function runMutants(
  patterns: readonly string[],
  options: MutantsOptions,
  context: CommandContext,
): Promise<number> {
  if (options.dryRun === true) return await planMutants(patterns, options, context)
  const limit = options.timeLimit && limitFrom(new Date(), options.timeLimit)
  return await withinLimit(limit, context, (within) => tryWithin(patterns, options, within))
}

/** Prints what a campaign would do. */
async function planMutants(
  patterns: readonly string[],
  options: MutantsOptions,
  context: CommandContext,
): Promise<number> {
  const [facts, mutants] = await chooseJob(options, context, campaign, async (definition) => {
    namedDialect(definition, 'mutants need')
    return (await chosen(definition, patterns))[0]
  })
  const { dryRunOfMutants } = await import('../planning/dry-run-mutants.ts')
  return await dryRunOfMutants(mutants, facts)
}

async function tryWithin(
  patterns: readonly string[],
  options: MutantsOptions,
  context: CommandContext,
): Promise<number> {
  const [prepared, chosenCampaign] = await prepareJob(options, context, campaign, async (definition) => {
    const dialect = namedDialect(definition, 'mutants need')
    const [mutants, files] = await chosen(definition, patterns)
    // A kernel that cannot be built without a mutant ends the job here.
    const [scenarios, parts] = await Promise.all([loadScenarios(files), provideParts(definition, options, context)])
    const tests = scenarios.map((scenario) => scenarioTest(scenario, dialect))
    const plan = planBoots(tests, bytes(process.availableMemory()))
    return { all: options.all === true, mutants, dialect, plan, parts }
  })
  // Scenarios share an instance, so that the kernel of a mutant boots few times.
  const job: Job = { ...prepared, isolation: 'none' }
  for (const { error } of chosenCampaign.plan.refused) context.printError(error)
  await using claim = job.claim
  void claim
  return await reporting(context, job.directory, job.reports, ({ emit }) => execute(chosenCampaign, job, emit))
}

async function chosen(
  definition: KernelDefinition,
  patterns: readonly string[],
): Promise<readonly [mutants: readonly Mutant[], files: readonly ScenarioFile[]]> {
  const files = await listScenarioFiles()
  const mutants = await chooseMutants(definition, patterns)
  const names = files.map(({ name }) => name)
  for (const mutant of mutants) requireScenarios(mutant, names)
  return [mutants, files]
}

/** @throws {UsageError} MUTANT_INVALID when a mutant names a scenario that does not exist (any more) */
function requireScenarios({ file, claims }: Mutant, names: readonly string[]): void {
  for (const { scenario: name } of claims) {
    if (names.includes(name)) continue
    const [near] = nearest(name, names)
    throw new UsageError('MUTANT_INVALID', `${file} names the scenario '${name}', which does not exist`, {
      hint: near === undefined ? 'gmemtest list prints all scenarios' : `the nearest name is '${near}'`,
    })
  }
}

async function execute(
  { all, mutants, dialect, plan, parts }: Campaign,
  job: Job,
  emit: (event: ReportEvent) => Promise<void>,
): Promise<number> {
  const { context, definition, options, started } = job
  // The record is about the kernel without a mutant: the results name the patch of each mutant.
  await using record = recordOf(parts, job)
  await emit({
    type: 'mutants-started',
    time: started.toISOString(),
    version: eventsVersion,
    kernel: definition.name,
    mutants: mutants.map(({ name }) => name),
  })
  await using kernels = new MutantKernels(
    mutants,
    async (mutant, { signal, isAhead }) => {
      using line = progressLine(context.stderr, context.isTty)
      const mutated = withMutant(definition, mutant)
      const build = buildOptions(line, mutated, options, signal)
      // No trial waits for a kernel that is built ahead, so its progress is not shown.
      return await provideKernel(mutated, isAhead ? { ...build, progress: () => undefined } : build)
    },
    context.signal,
  )
  const outcome = await tryMutants({
    ...runFactsOf(job, dialect),
    // A mutant may break the ioctl itself: its scenarios have to notice.
    needsDialect: false,
    mutants,
    plan,
    all,
    failsFast: options.failFast === true,
    ...(options.retryMachine === undefined ? {} : { retries: options.retryMachine }),
    build: async (mutant) => {
      const begin = performance.now()
      const kernel = mutant === undefined ? parts.kernel : await kernels.of(mutant)
      await emit(kernelReady(kernel, begin))
      const built = builtKernel({ ...parts, kernel }, mutant?.name ?? 'control', job, (commands) => {
        if (mutant === undefined) record.update(commands)
      })
      const ofMutant = mutant === undefined ? {} : { mutant: mutant.name }
      return { ...built, storeProgram: (program) => writeProgram(job.directory, { ...program, ...ofMutant }) }
    },
    emit,
    again: (name) => againLine('mutants', flagsOf(options), name),
  })
  return await record.exitCode(outcome.exitCode)
}

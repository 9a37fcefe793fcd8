// The work of `gmemtest fuzz`: plans the batches, runs the campaign, and writes the programs that it finds.
import path from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { findingName } from '../../base/result-names.ts'
import { bytes } from '../../base/units.ts'
import { writeWhole } from '../../cache/atomic-file.ts'
import { planBatches, type Amount, type Batch } from '../../campaigns/fuzz/batches.ts'
import { fuzz } from '../../campaigns/fuzz/fuzz-campaign.ts'
import { batchTest, fuzzSuite, programsTest, type Shared, type Tally } from '../../campaigns/fuzz/fuzz-test.ts'
import { formatProgram } from '../../campaigns/fuzz/program/program-yaml.ts'
import type { PageSize } from '../../campaigns/fuzz/program/world.ts'
import { stepKinds } from '../../campaigns/fuzz/step-kinds.ts'
import { Findings, type Finding } from '../../campaigns/fuzz/search/findings.ts'
import { Frontier } from '../../campaigns/fuzz/search/frontier.ts'
import type { Weights } from '../../campaigns/fuzz/search/sequences.ts'
import { absentIn, reasonOf, type Capability } from '../../catalogue/capabilities.ts'
import { splatReader } from '../../console/read-splats.ts'
import { dayOf } from '../../console/sift.ts'
import type { InstanceParts } from '../../instance/instance-options.ts'
import { withCounters } from '../../kernel/gcov/counting.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { launcher } from '../../base/paths.ts'
import { shellLine } from '../../process/child.ts'
import type { RunEvent } from '../../report/events.ts'
import { plainText } from '../../report/plain.ts'
import { planBoots } from '../../run/boot-plan.ts'
import type { CommandContext } from '../command-context.ts'
import { flagsOf, type JobOptions } from '../job-options.ts'
import type { GivenTime } from '../option-parsers.ts'
import { dialectOfRun } from '../jobs/dialect-of-run.ts'
import { consolesOf, poolOf, prepareJob, runFactsOf, symbolizerFor, type Job } from '../jobs/job.ts'
import { jobsFor } from '../jobs/jobs-for.ts'
import { kernelReady, provideParts } from '../jobs/parts.ts'
import { reportRun } from '../jobs/report-run.ts'
import { recordOf } from '../jobs/run-record.ts'
import { addToCorpus, addToFrontier, readCorpus, readFrontier, readProgram, type StoredProgram } from './corpus.ts'
import { weightsText } from './step-weights.ts'

/** The options of `gmemtest fuzz`. */
export interface FuzzOptions extends JobOptions {
  readonly pageSize?: readonly PageSize[]
  readonly runs?: number
  readonly time?: GivenTime
  readonly seed?: number
  readonly path?: number
  readonly replay?: string
  readonly weights?: Weights
  readonly corpus?: string
  readonly kcov?: true
}

/** The work of a campaign: programs, and batches of random sequences. */
interface Campaign {
  readonly names: readonly string[]
  readonly batches: readonly Batch[]
  /** Programs that run before the sequences. */
  readonly programs: readonly StoredProgram[]
  readonly weights?: Weights | undefined
  /** The folder to which findings are added. */
  readonly corpus?: string | undefined
  /** The code that sequences reach, if that steers the campaign. */
  readonly frontier?: Frontier | undefined
}

const usualRuns = 200

/** Searches for differences, or runs a program again, and returns the exit code. */
export async function runFuzz(options: FuzzOptions, context: CommandContext): Promise<number> {
  const [prepared, campaign] = await prepareJob(options, context, fuzzSuite, (definition) =>
    campaignOf(options, definition),
  )
  const definition = options.kcov === true ? withCounters(prepared.definition, 'kcov') : prepared.definition
  const job: Job = { ...prepared, definition }
  const beginning = { suite: fuzzSuite, tests: campaign.names, isolation: job.isolation }
  return await reportRun(job, beginning, async (emit) => {
    const begin = performance.now()
    const parts = await provideParts(job.definition, options, context)
    await emit(kernelReady(parts.kernel, begin))
    return await execute(campaign, job, parts, emit)
  })
}

/**
 * Plans the work that the options name.
 * @throws {UsageError} PATH_WITHOUT_SEED, PROGRAM_MISSING, and the errors of a program that cannot be read
 */
async function campaignOf(options: FuzzOptions, definition: KernelDefinition): Promise<Campaign> {
  const {
    replay,
    weights,
    corpus,
    seed = Math.floor(Date.now() / 1000) % 2 ** 31,
    pageSize = usualSizes(definition),
  } = options
  if (replay !== undefined) {
    const program = await readProgram(replay)
    return { names: [program.name], batches: [], programs: [program] }
  }
  if (options.path !== undefined && options.seed === undefined) {
    throw new UsageError('PATH_WITHOUT_SEED', '--path needs --seed: it is the number of a sequence of that seed', {
      hint: 'copy both from the report of the finding',
    })
  }
  const all = corpus === undefined ? [] : await readCorpus(corpus)
  const programs = all.filter(({ program }) => pageSize.includes(program.shape.pageSize))
  const batches = planBatches(pageSize, seed, amountOf(options))
  const names = [...programs, ...batches].map(({ name }) => name)
  const frontier = options.kcov === true ? await frontierOf(corpus) : undefined
  return { names, batches, programs, weights, corpus, frontier }
}

async function frontierOf(corpus: string | undefined): Promise<Frontier> {
  if (corpus === undefined) return new Frontier()
  return new Frontier(await readFrontier(corpus), (program) => addToFrontier(corpus, program))
}

function amountOf({ path: only, time, runs = usualRuns }: FuzzOptions): Amount {
  if (only !== undefined) return { path: only }
  return time === undefined ? { runs } : { milliseconds: time.milliseconds }
}

/** Huge pages of 1G take long to zero: they are searched only when they are asked for. */
function usualSizes({ dialect }: KernelDefinition): readonly PageSize[] {
  return dialect === 'auto' || absentIn(dialect).includes('hugetlb') ? ['4K'] : ['4K', '2M']
}

async function execute(
  { batches, programs, weights, corpus, frontier }: Campaign,
  job: Job,
  parts: InstanceParts,
  emit: (event: RunEvent) => Promise<void>,
): Promise<number> {
  const { context, definition, options, started, directory } = job
  const { stderr, printError } = context
  const available = bytes(process.availableMemory())
  await using record = recordOf(parts, job)
  await using consoles = consolesOf(job)
  await using instances = poolOf(parts, job, consoles, { onCommands: (commands) => record.update(commands) })
  const { dialect, instances: source } = await dialectOfRun(definition.dialect, { isNeeded: true }, instances, context)
  const tally: Tally = { sequences: 0, steps: 0, milliseconds: 0 }
  const shared: Shared = {
    dialect,
    read: splatReader(definition.allow, dayOf(started)),
    findings: new Findings(async (finding, number) => {
      if (corpus !== undefined) await addToCorpus(corpus, finding)
      return await save(finding, number, directory)
    }),
    ran: new Map(),
    tally,
    weights,
    frontier,
  }
  const title = 'the program does what the model does'
  const tests = [
    ...programs.map(({ name, program }) => programsTest(name, title, [program], shared)),
    ...batches.map((batch) => batchTest(batch, shared)),
  ]
  const [first] = batches
  if (first !== undefined) stderr.write(`gmemtest: ${describeSeed(first, options)}\n`)
  const plan = planBoots(tests, available)
  for (const { error } of plan.refused) printError(error)
  const jobs = options.jobs ?? jobsFor(plan, available)
  const again = (words: readonly string[]): string => shellLine(launcher(), ['fuzz', ...flagsOf(options), ...words])
  const outcome = await fuzz({
    ...runFactsOf(job, dialect),
    needsDialect: true,
    plan,
    instances: source,
    jobs,
    decode: symbolizerFor(parts.kernel.vmlinux, context),
    emit,
    again: (name) => again(wordsOf(name)),
    batches,
    shared,
  })
  if (tally.sequences > 0) stderr.write(`gmemtest: ${describe(tally, shared.findings)}\n`)
  const lacking = lackingIn(shared)
  if (lacking.length > 0) stderr.write(`gmemtest: sequences leave steps out: ${reasonOf(lacking)}\n`)
  if (frontier !== undefined) stderr.write(`gmemtest: ${describeFrontier(frontier)}\n`)
  for (const { file, message } of shared.findings.all) stderr.write(`gmemtest: ${file}: ${plainText(message)}\n`)
  if (outcome.error !== undefined) printError(outcome.error)
  return await record.exitCode(outcome.exitCode)

  /** Returns the words that run a test again: its program, if it has one, or all of its sequences. */
  function wordsOf(name: string): string[] {
    const given = programs.find((candidate) => candidate.name === name)
    if (given !== undefined) return ['--replay', given.file]
    const file = shared.findings.of(name)?.file
    const batch = batches.find((candidate) => candidate.name === name)
    if (file !== undefined || batch === undefined) return ['--replay', file ?? name]
    const amount = batch.path === undefined ? [] : ['--path', `${batch.path}`]
    const chosen = weights === undefined ? [] : ['--weights', weightsText(weights)]
    const steered = frontier === undefined ? [] : ['--kcov']
    return ['--page-size', batch.pageSize, '--seed', `${batch.seed}`, ...amount, ...chosen, ...steered]
  }
}

/** Writes the program of a finding into the directory of the results. */
async function save(
  { message, program, seed, path: run, fingerprint }: Finding,
  number: number,
  directory: string,
): Promise<string> {
  const file = path.join(directory, findingName(number))
  const comment = [plainText(message), plainText(fingerprint), `seed ${seed}, path ${run}`]
  await writeWhole(file, formatProgram(program, comment))
  return file
}

/** Returns what the kernel would need for the steps that sequences have left out. */
function lackingIn({ subject }: Shared): readonly Capability[] {
  if (subject === undefined) return []
  return stepKinds.flatMap(({ needs }) => needs ?? []).filter((name) => !subject.available.has(name))
}

function describeSeed({ seed }: Batch, { kcov }: FuzzOptions): string {
  if (kcov === true) return `seed ${seed}; sequences also depend on the code that earlier ones reach`
  return `seed ${seed}; --seed ${seed} gives the same sequences again`
}

function describeFrontier({ blocks, kept }: Frontier): string {
  return `${blocks} basic blocks of KVM and of the series reached; ${kept.length} sequences were the first to reach some`
}

function describe({ sequences, steps, milliseconds }: Tally, { all }: Findings): string {
  const rate = (sequences / Math.max(milliseconds / 1000, 1e-3)).toFixed(1)
  const length = (steps / sequences).toFixed(1)
  return `${sequences} sequences of ${length} steps, ${rate} a second in an instance; findings: ${all.length}`
}

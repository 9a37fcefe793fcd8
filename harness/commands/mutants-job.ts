// What `gmemtest mutants` does: one mutant after the other, and then the control.
import path from 'node:path'
import { compileAgent } from '../image/agent.ts'
import { provideGuestImage } from '../image/image.ts'
import type { GuestImage } from '../image/image.ts'
import { readMutants, withMutant } from '../campaigns/mutants/mutant-patches.ts'
import type { Mutant } from '../campaigns/mutants/mutant-patches.ts'
import { provideKernel } from '../kernel/provide.ts'
import { loadUsableDefinition } from '../kernel/usable.ts'
import type { KernelBuild } from '../kernel/provide.ts'
import { shellLine } from '../process/child.ts'
import type { KernelDefinition } from '../kernel/definition/definition.ts'
import { exitCodes, UsageError } from '../base/errors.ts'
import type { MutantEvent, RunEvent } from '../report/events.ts'
import { nearest } from '../base/nearest.ts'
import { cacheDirectory } from '../base/paths.ts'
import { bytes } from '../base/units.ts'
import { mutantsTapSink } from '../report/mutants-tap.ts'
import { mutantsTerminalSink } from '../report/mutants-terminal.ts'
import { planBoots } from '../run/boot-plan.ts'
import type { BootPlan } from '../run/boot-plan.ts'
import { expectedSkips } from '../suites/scenarios/expected-skips.ts'
import { select } from '../base/select.ts'
import { loadScenarios } from '../suites/scenarios/load-scenarios.ts'
import { listScenarioFiles } from '../suites/scenarios/scenario-files.ts'
import type { Capability } from '../catalogue/capabilities.ts'
import type { InstanceSource } from '../instance/instance.ts'
import { tryMutants } from '../campaigns/mutants/mutant-campaign.ts'
import { chooseAccelerator, slowedDown } from '../vm/accelerator.ts'
import type { Accelerator } from '../vm/accelerator.ts'
import { kernelWords, memoryOf } from '../vm/profile.ts'
import { showBuild } from './build-progress.ts'
import type { CommandContext } from './command-context.ts'
import { bootInstance } from '../instance/boot-instance.ts'
import { MutantKernels } from '../campaigns/mutants/build-ahead.ts'
import { kernelReady } from './parts.ts'
import { progressLine } from './progress.ts'
import { recorderOf, RunRecord } from './run-record.ts'
import { reporting } from '../report/open-sinks.ts'
import { makeResultsDirectory } from '../report/results-directory.ts'
import { resultNames } from '../base/result-names.ts'
import { guestCpus } from '../instance/pool.ts'

/** The options of `gmemtest mutants`. */
export interface MutantsOptions {
  readonly kernel: string
  readonly accel?: 'tcg' | 'kvm'
  readonly all?: true
  readonly list?: true
  readonly output?: string
}

type Event = RunEvent | MutantEvent

/** What is known before anything is built. */
interface Plan {
  readonly options: MutantsOptions
  readonly context: CommandContext
  readonly definition: KernelDefinition
  /** What the kernel lacks by its definition. */
  readonly expectSkips: readonly Capability[]
  readonly mutants: readonly Mutant[]
  readonly boots: BootPlan
  readonly accelerator: Accelerator
  readonly directory: string
  readonly started: Date
  /** The kernel without a mutant. */
  readonly control: KernelBuild
  readonly image: GuestImage
  /** The agent's program on this machine. */
  readonly agent: string
}

/** Tries the mutants that the patterns choose, and answers with the exit code. */
export async function runMutants(
  patterns: readonly string[],
  options: MutantsOptions,
  context: CommandContext,
): Promise<number> {
  const started = new Date()
  const definition = await loadUsableDefinition(options.kernel, context.signal)
  const expectSkips = await expectedSkips(definition)
  const files = await listScenarioFiles()
  const names = files.map(({ name }) => name)
  const mutants = select(await readMutants(definition), patterns, 'mutant')
  for (const mutant of mutants) requireScenarios(mutant, names)
  if (options.list === true) {
    context.stdout.write(listOf(mutants))
    context.stderr.write(`gmemtest: ${legend}\n`)
    return exitCodes.ok
  }
  // What cannot be built without a mutant is not the fault of one: it ends here.
  const common = { cache: cacheDirectory(), signal: context.signal }
  const available = bytes(process.availableMemory())
  const [chosenAccelerator, scenarios, control, image, agent] = await Promise.all([
    chooseAccelerator(options.accel),
    loadScenarios(files),
    provide(definition, context),
    provideGuestImage(common),
    compileAgent(common),
  ])
  const kernel = `${definition.name}-mutants`
  const directory = await makeResultsDirectory({ output: options.output, kernel, now: started })
  const accelerator = slowedDown(chosenAccelerator, definition.slowdown)
  const boots = planBoots(scenarios, available)
  for (const { error } of boots.refused) context.printError(error)
  const built = { control, image, agent }
  const given = { options, context, definition, expectSkips, mutants }
  const plan = { ...given, boots, accelerator, directory, started, ...built }
  const reports = { context, directory, terminal: mutantsTerminalSink, tap: mutantsTapSink }
  return reporting<Event>(reports, (emit) => execute(plan, emit))
}

/** A scenario that was renamed must not quietly move to the end of the line. */
function requireScenarios(mutant: Mutant, names: readonly string[]): void {
  for (const name of mutant.scenarios) {
    if (names.includes(name)) continue
    const [near] = nearest(name, names)
    throw new UsageError(
      'MUTANT_INVALID',
      `${mutant.file} names the scenario '${name}', which there is not`,
      {
        hint: near === undefined ? 'gmemtest list prints all scenarios' : `did you mean '${near}'?`,
      },
    )
  }
}

const legend =
  'in brackets: the known bug that it is (docs/bugs.md), if it is one; and the scenarios that should notice it'

function listOf(mutants: readonly Mutant[]): string {
  const width = Math.max(0, ...mutants.map((mutant) => mutant.name.length))
  return mutants
    .map((mutant) => {
      const bug = mutant.bug === undefined ? '' : `${mutant.bug}; `
      return `${mutant.name.padEnd(width)}  ${mutant.title} [${bug}${mutant.scenarios.join(' ')}]\n`
    })
    .join('')
}

async function execute(plan: Plan, emit: (event: Event) => Promise<void>): Promise<number> {
  const { context, definition, mutants, boots, options, control } = plan
  // It is about the kernel without a mutant: which patch makes it a mutant, the results say.
  await using record = new RunRecord(recorderOf({ kernel: control }, plan), context.printError)
  await emit({
    type: 'mutants-started',
    time: plan.started.toISOString(),
    kernel: definition.name,
    mutants: mutants.map((mutant) => mutant.name),
  })
  await using kernels = new MutantKernels(
    mutants,
    (mutant, { signal, isAhead }) => provide(withMutant(definition, mutant), { ...context, signal }, isAhead),
    context.signal,
  )
  const outcome = await tryMutants({
    mutants,
    plan: boots,
    all: options.all === true,
    isolation: 'none',
    durations: new Map(),
    build: async (mutant) => {
      const begin = performance.now()
      const kernel = mutant === undefined ? control : await kernels.of(mutant)
      await emit(kernelReady(kernel, begin))
      return booter(kernel, mutant?.name, plan, record)
    },
    emit,
    signal: context.signal,
    dialect: definition.dialect,
    kernel: definition.name,
    expectSkips: plan.expectSkips,
    allow: definition.allow,
    again: (name) => commandFor(name, options),
  })
  return await record.exitCode(outcome.exitCode)
}

/** What nobody waits for yet is built without a word. */
async function provide(
  definition: KernelDefinition,
  context: Pick<CommandContext, 'stderr' | 'isTty' | 'signal'>,
  isAhead = false,
): Promise<KernelBuild> {
  using line = progressLine(context.stderr, context.isTty)
  return provideKernel(definition, {
    cache: cacheDirectory(),
    signal: context.signal,
    progress: isAhead ? () => undefined : showBuild(line, definition.name),
  })
}

/** Boots one machine after another from the same kernel; each has a console file of its own. */
function booter(
  kernel: KernelBuild,
  mutant: string | undefined,
  plan: Plan,
  record: RunRecord,
): InstanceSource {
  const commands: string[] = []
  let count = 0
  const next: InstanceSource['next'] = async (profile, { signal }) => {
    count += 1
    const suffix = count === 1 ? '' : `-${count}`
    const consoleName = `${path.basename(resultNames.console, '.log')}-${mutant ?? 'control'}${suffix}.log`
    return bootInstance({
      vmlinux: kernel.vmlinux,
      image: plan.image,
      agent: plan.agent,
      accelerator: plan.accelerator,
      memory: memoryOf(profile),
      append: kernelWords(profile),
      cpus: guestCpus,
      consoleFile: path.join(plan.directory, consoleName),
      signal,
      onStarted: (command) => {
        if (mutant !== undefined) return
        commands.push(command)
        record.update(commands)
      },
    })
  }
  return { next }
}

/** The line that tries one mutant again. */
function commandFor(name: string, options: MutantsOptions): string {
  const words = ['--kernel', options.kernel]
  if (options.accel !== undefined) words.push('--accel', options.accel)
  return shellLine('./gmemtest', ['mutants', ...words, name])
}

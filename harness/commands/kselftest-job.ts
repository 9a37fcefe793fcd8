// What `gmemtest kselftest` does: the tests first, since a slip in a name shows there; then the kernel, then the machine.
import path from 'node:path'
import { listSelftests, provideSelftests } from '../kernel/selftests.ts'
import { loadUsableDefinition } from '../kernel/usable.ts'
import { runSelftests } from '../suites/kselftest/run-selftests.ts'
import type { SelftestOptions } from '../suites/kselftest/run-selftests.ts'
import { shellLine } from '../process/child.ts'
import type { KernelDefinition } from '../kernel/definition/definition.ts'
import { exitCodes } from '../base/errors.ts'
import type { RunEvent } from '../report/events.ts'
import { cacheDirectory } from '../base/paths.ts'
import { fullName, selftestName } from '../kernel/definition/selftest-name.ts'
import { bytes } from '../base/units.ts'
import { tapSink } from '../report/tap.ts'
import { terminalSink } from '../report/terminal.ts'
import { expectedSkips } from '../suites/scenarios/expected-skips.ts'
import { chooseAccelerator, slowedDown } from '../vm/accelerator.ts'
import type { Accelerator } from '../vm/accelerator.ts'
import { showBuild } from './build-progress.ts'
import type { CommandContext } from './command-context.ts'
import { withEnding } from '../report/ending.ts'
import { guestCpus } from '../instance/pool.ts'
import { bootInstance } from '../instance/boot-instance.ts'
import { provideParts } from './parts.ts'
import type { InstanceParts } from '../instance/instance-options.ts'
import { progressLine } from './progress.ts'
import { recorderOf, RunRecord } from './run-record.ts'
import { reporting } from '../report/open-sinks.ts'
import { makeResultsDirectory } from '../report/results-directory.ts'
import { resultNames } from '../base/result-names.ts'

/** The options of `gmemtest kselftest`. */
export interface KselftestOptions {
  readonly kernel: string
  readonly accel?: 'tcg' | 'kvm'
  readonly output?: string
  /** A suite of Debian to take the source from. */
  readonly aptSuite?: string
}

/** What is known before the kernel is built. */
interface Plan {
  readonly options: KselftestOptions
  readonly context: CommandContext
  readonly definition: KernelDefinition
  readonly tests: SelftestOptions['tests']
  readonly accelerator: Accelerator
  /** Where the results go. */
  readonly directory: string
  readonly started: Date
}

type Emit = (event: RunEvent) => Promise<void>

// Their guests have memory of their own, and some fill it.
const guestMemory = bytes(2 * 2 ** 30)

/** Prints the tests of the targets, one a line. */
export async function listKselftests(
  targets: readonly string[],
  options: KselftestOptions,
  context: CommandContext,
): Promise<number> {
  const definition = await loadUsableDefinition(options.kernel, context.signal)
  const lists = await withLine(definition, { context, options }, async (build) => {
    const found: string[] = []
    for (const target of new Set(targets)) found.push(...(await listSelftests(definition, target, build)))
    return found
  })
  context.stdout.write(lists.map((name) => `${name}\n`).join(''))
  return exitCodes.ok
}

/** Runs the tests of these names and answers with the exit code. */
export async function runKselftest(
  words: readonly string[],
  options: KselftestOptions,
  context: CommandContext,
): Promise<number> {
  const started = new Date()
  const names = [...new Set(words)].map(selftestName)
  const [definition, chosen] = await Promise.all([
    loadUsableDefinition(options.kernel, context.signal),
    chooseAccelerator(options.accel),
  ])
  await expectedSkips(definition)
  const tests = await withLine(definition, { context, options }, (build) =>
    provideSelftests(definition, names, build),
  )
  const directory = await makeResultsDirectory({
    output: options.output,
    kernel: `${definition.name}-kselftest`,
    now: started,
  })
  const accelerator = slowedDown(chosen, definition.slowdown)
  const plan = { options, context, definition, tests, accelerator, directory, started }
  const reports = { context, directory, terminal: terminalSink, tap: tapSink }
  return reporting(reports, (emit) => execute(plan, emit))
}

type Build = Parameters<typeof provideSelftests>[2]

async function withLine<Result>(
  definition: KernelDefinition,
  { context, options }: Pick<Plan, 'context' | 'options'>,
  work: (build: Build) => Promise<Result>,
): Promise<Result> {
  using line = progressLine(context.stderr, context.isTty)
  return await work({
    cache: cacheDirectory(),
    signal: context.signal,
    progress: showBuild(line, definition.name),
    ...(options.aptSuite === undefined ? {} : { aptSuite: options.aptSuite }),
  })
}

/** From the plan to the last event; whatever happens, `run-finished` is emitted. */
async function execute(plan: Plan, emit: Emit): Promise<number> {
  const { context, definition, tests, started } = plan
  await emit({
    type: 'run-started',
    time: started.toISOString(),
    kernel: definition.name,
    dialect: definition.dialect,
    scenarios: tests.map(fullName),
  })
  return withEnding(emit, async (tell) => {
    const parts = await provideParts(definition, context, plan.options.aptSuite, tell)
    await using record = new RunRecord(recorderOf(parts, plan), context.printError)
    const outcome = await runSelftests({
      tests,
      boot: booter(parts, plan, record),
      emit: tell,
      signal: context.signal,
      kernel: definition.name,
      expectSkips: Object.keys(definition.expectSkips),
      allow: definition.allow,
      again: (name) => commandFor(name, plan.options),
    })
    if (outcome.aborted !== undefined) context.signal.throwIfAborted()
    if (outcome.error !== undefined) context.printError(outcome.error)
    return await record.exitCode(outcome.exitCode)
  })
}

/** Boots one machine after another; each has a console file of its own. */
function booter(parts: InstanceParts, plan: Plan, record: RunRecord): SelftestOptions['boot'] {
  const commands: string[] = []
  let count = 0
  return (signal) => {
    count += 1
    const name = count === 1 ? resultNames.console : resultNames.console.replace('.', `-${count}.`)
    return bootInstance({
      vmlinux: parts.kernel.vmlinux,
      image: parts.image,
      agent: parts.agent,
      accelerator: plan.accelerator,
      memory: guestMemory,
      cpus: guestCpus,
      consoleFile: path.join(plan.directory, name),
      signal,
      onStarted: (command) => {
        commands.push(command)
        record.update(commands)
      },
    })
  }
}

/** The line that runs one test again. */
function commandFor(name: string, options: KselftestOptions): string {
  const words = ['--kernel', options.kernel]
  if (options.accel !== undefined) words.push('--accel', options.accel)
  return shellLine('./gmemtest', ['kselftest', ...words, name])
}

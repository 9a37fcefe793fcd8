// What `gmemtest run` does: everything that can overlap overlaps, since the time to the first test point counts.
import { withDumps } from '../kernel/dumps.ts'
import { loadUsableDefinition } from '../kernel/usable.ts'
import type { RunEvent } from '../report/events.ts'
import { tapSink } from '../report/tap.ts'
import { terminalSink } from '../report/terminal.ts'
import { expectedSkips } from '../suites/scenarios/expected-skips.ts'
import { listScenarioFiles } from '../suites/scenarios/scenario-files.ts'
import { select } from '../base/select.ts'
import { chooseAccelerator, slowedDown } from '../vm/accelerator.ts'
import type { CommandContext } from './command-context.ts'
import { withEnding } from '../report/ending.ts'
import { provideParts } from './parts.ts'
import { reporting } from '../report/open-sinks.ts'
import { makeResultsDirectory } from '../report/results-directory.ts'
import type { JobOptions, Plan } from './run-plan.ts'
import { runOnInstances } from './run-instances.ts'

type Emit = (event: RunEvent) => Promise<void>

/** Runs the job and answers with the exit code. */
export async function runJob(
  patterns: readonly string[],
  options: JobOptions,
  context: CommandContext,
): Promise<number> {
  const started = new Date()
  const [definition, scenarios, chosen] = await Promise.all([
    loadUsableDefinition(options.kernel, context.signal),
    listScenarioFiles(options.scenarios).then((all) => select(all, patterns, 'scenario')),
    chooseAccelerator(options.accel),
  ])
  const expectSkips = await expectedSkips(definition)
  const directory = await makeResultsDirectory({
    output: options.output,
    kernel: definition.name,
    now: started,
  })
  const accelerator = slowedDown(chosen, definition.slowdown)
  const isolation = options.isolation ?? definition.isolation
  const instances = { accelerator, isolation }
  const plan = { options, context, definition, expectSkips, scenarios, ...instances, directory, started }
  const reports = { context, directory, terminal: terminalSink, tap: tapSink }
  return reporting(reports, (emit) => execute(plan, emit))
}

/** From the plan to the last event; whatever happens, `run-finished` is emitted. */
async function execute(plan: Plan, emit: Emit): Promise<number> {
  const { context, definition, options, scenarios, started } = plan
  await emit({
    type: 'run-started',
    time: started.toISOString(),
    kernel: definition.name,
    dialect: definition.dialect,
    scenarios: scenarios.map(({ name }) => name),
    isolation: plan.isolation,
  })
  return withEnding(emit, async (tell) => {
    const wanted = options.vmcore === true ? withDumps(definition) : definition
    const parts = await provideParts(wanted, context, options.aptSuite, tell)
    return await runOnInstances(parts, plan, tell)
  })
}

// The part of a run that has machines in it: has the scenarios run on them, and records what was run.
import { availableParallelism } from 'node:os'
import type { RunEvent } from '../report/events.ts'
import { shellLine } from '../process/child.ts'
import { cacheDirectory } from '../base/paths.ts'
import { bytes } from '../base/units.ts'
import { dayOf, expiryNotes } from '../console/sift.ts'
import type { Bytes } from '../base/units.ts'
import { loadTap } from '../report/tap-output.ts'
import type { BootPlan } from '../run/boot-plan.ts'
import { loadScenarios } from '../suites/scenarios/load-scenarios.ts'
import { memoryOf, plainProfile } from '../vm/profile.ts'
import { Consoles } from '../instance/consoles.ts'
import { rememberDurations, readDurations } from '../run/durations.ts'
import { InstancePool } from '../instance/pool.ts'
import type { InstanceParts } from '../instance/instance-options.ts'
import { recorderOf, RunRecord } from './run-record.ts'
import type { JobOptions, Plan } from './run-plan.ts'

/**
 * Runs the scenarios of the plan and answers with the exit code. Whatever only they need is loaded while the first
 * guest boots or is restored: the time to the first test point counts.
 */
export async function runOnInstances(
  parts: InstanceParts,
  plan: Plan,
  emit: (event: RunEvent) => Promise<void>,
): Promise<number> {
  const { context, definition, options, accelerator } = plan
  const available = bytes(process.availableMemory())
  await using record = new RunRecord(recorderOf(parts, plan), context.printError)
  record.holdBack()
  await using consoles = new Consoles(plan.directory, context.printError)
  await using instances = new InstancePool({
    parts,
    accelerator,
    isolation: plan.isolation,
    jobs: options.jobs ?? jobsByCores(),
    consoles,
    cache: cacheDirectory(),
    ...(options.vmcore === true ? { dumpsTo: plan.directory } : {}),
    signal: context.signal,
    onCommands: (commands) => record.update(commands),
    onIdle: () => void loadMeanwhile(record),
  })
  await instances.begin(plainProfile)
  const durations = await readDurations(cacheDirectory(), plan)
  const [scenarios, { planBoots }, { runScenarios }] = await Promise.all([
    loadScenarios(plan.scenarios),
    import('../run/boot-plan.ts'),
    import('../run/runner.ts'),
  ])
  const bootPlan = planBoots(scenarios, available)
  for (const { error } of bootPlan.refused) context.printError(error)
  for (const note of expiryNotes(definition.allow, dayOf(new Date())))
    context.stderr.write(`gmemtest: ${note}\n`)
  if (!bootPlan.groups.some(({ profile }) => profile === plainProfile)) await instances.drop(plainProfile)
  const jobs = options.keep === true ? 1 : (options.jobs ?? jobsFor(bootPlan, available))
  if (options.jobs === undefined && jobs > 1) {
    context.stderr.write(
      `gmemtest: ${jobs} virtual machines at once, by the processors and the memory here; --jobs says another number\n`,
    )
  }
  const outcome = await runScenarios({
    plan: bootPlan,
    instances,
    isolation: plan.isolation,
    jobs,
    durations,
    emit: async (event) => {
      if (event.type === 'scenario-finished' && event.verdict === 'PASS') {
        durations.set(event.name, event.milliseconds)
      }
      await emit(event)
    },
    signal: context.signal,
    dialect: definition.dialect,
    kernel: definition.name,
    expectSkips: plan.expectSkips,
    allow: definition.allow,
    again: (name) => commandFor(name, options),
    ...(options.keep === true ? { keep: () => keep(instances, parts, plan) } : {}),
  })
  await rememberDurations(cacheDirectory(), plan, durations)
  // A Ctrl-C that ends --keep is not an interruption of the run.
  if (outcome.aborted !== undefined) context.signal.throwIfAborted()
  if (outcome.error !== undefined) context.printError(outcome.error)
  return await record.exitCode(outcome.exitCode)
}

/** What the first machine need not wait for. The record is written early all the same, for a run that is killed later. */
async function loadMeanwhile(record: RunRecord): Promise<void> {
  // Whoever writes the first test point loads it again, and says what is wrong.
  await loadTap().catch(() => undefined)
  record.release()
}

// The first one of a guest has next to nothing to do.
const busyCpus = 2

function jobsByCores(): number {
  return Math.max(1, Math.floor(availableParallelism() / busyCpus))
}

/** How many machines at once: each has its CPUs, so that threads in a guest race for real, and its memory. */
export function jobsFor({ groups }: BootPlan, available: Bytes): number {
  const largest = Math.max(...groups.map(({ profile }) => memoryOf(profile)), memoryOf(plainProfile))
  return Math.max(1, Math.min(jobsByCores(), Math.floor(available / largest)))
}

async function keep(instances: InstancePool, parts: InstanceParts, plan: Plan): Promise<void> {
  const { keepInstance } = await import('./keep.ts')
  await keepInstance(instances.latest, parts.image, plan)
}

/** The line that runs one scenario again. */
function commandFor(name: string, options: JobOptions): string {
  const words = ['--kernel', options.kernel]
  if (options.accel !== undefined) words.push('--accel', options.accel)
  if (options.isolation !== undefined) words.push('--isolation', options.isolation)
  if (options.scenarios !== undefined) words.push('--scenarios', options.scenarios)
  if (options.vmcore === true) words.push('--vmcore')
  return shellLine('./gmemtest', ['run', ...words, name])
}

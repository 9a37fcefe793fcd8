// The work of `gmemtest run --dry-run`: prints what a run would do.
import { cacheDirectory } from '../../base/paths.ts'
import { plural } from '../../base/plural.ts'
import { bytes } from '../../base/units.ts'
import { exitCodes } from '../../base/errors.ts'
import { plannedDialect } from '../../instance/kernel-dialect.ts'
import { withDumps } from '../../kernel/dumps.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { lookUpKernel } from '../../kernel/provide.ts'
import { plainText } from '../../report/plain.ts'
import { elapsed } from '../../report/terminal/status-line.ts'
import { onlyNamed, planBoots, type BootPlan } from '../../run/boot-plan.ts'
import { readDurations } from '../../run/durations.ts'
import { timeFor, workOf } from '../../run/estimate.ts'
import { Repetitions } from '../../run/selection/repetitions.ts'
import type { Test } from '../../run/test.ts'
import { describeProfile } from '../../vm/profile.ts'
import { buildOptions } from '../progress/build-progress.ts'
import { progressLine } from '../progress/progress.ts'
import type { JobFacts } from '../jobs/job.ts'
import { jobsFor } from '../jobs/jobs-for.ts'
import { ownPart } from '../jobs/own-part.ts'

/**
 * Prints the kernel, the boots and the tests of a run to the standard output, with the time that it will take. Returns the exit
 * code: a file that is no scenario fails its run.
 */
export async function dryRun(chosen: readonly Test[], facts: JobFacts): Promise<number> {
  const { context, definition, options, accelerator, isolation } = facts
  const once = chosen.map(({ name }) => name)
  const repetitions = new Repetitions(once, options.repeat ?? 1)
  const durations = repetitions.durations(facts.dividing ?? (await readDurations(cacheDirectory(), facts)))
  const tests = repetitions.of(chosen)
  const all = repetitions.names
  const { names } = await ownPart(all, durations, options.shard)
  const available = bytes(process.availableMemory())
  const plan = onlyNamed(planBoots(tests, available), new Set(names))
  const jobs = options.jobs ?? jobsFor(plan, available)
  const unknown = names.filter((name) => !durations.has(name)).length
  const guessed = unknown === 0 ? '' : `; ${plural(unknown, 'test')} without a known duration`
  const lines = [
    `kernel: ${definition.name}: ${await kernelLine(facts)}`,
    `dialect: ${dialectLine(definition.dialect)}`,
    `accelerator: ${accelerator.name} (${accelerator.reason})`,
    `isolation: ${isolation}`,
    `tests: ${names.length} of ${all.length}, in ${plural(jobs, 'instance')} at once`,
    ...planLines(plan),
    `time: about ${elapsed(timeFor(workOf(names, durations), jobs))} after the build${guessed}`,
  ]
  context.stdout.write(lines.map((line) => `${plainText(line)}\n`).join(''))
  const broken = tests.flatMap(({ name, refusal }) => (refusal === undefined || !names.includes(name) ? [] : [refusal]))
  for (const error of broken) context.printError(error)
  return broken.length > 0 ? exitCodes.testFailed : exitCodes.ok
}

function dialectLine(choice: KernelDefinition['dialect']): string {
  return choice === 'auto' ? `auto: the kernel tells it when it runs; planned as for ${plannedDialect(choice)}` : choice
}

function planLines({ groups, refused }: BootPlan): string[] {
  return [
    ...groups.map(({ profile, tests }) => `  ${describeProfile(profile)}: ${tests.map(({ name }) => name).join(' ')}`),
    ...refused.map(({ error }) => `  not run: ${error.message}`),
  ]
}

async function kernelLine({ context, definition, options }: JobFacts): Promise<string> {
  using line = progressLine(context.stderr, context.isTty)
  const built = options.vmcore === true ? withDumps(definition) : definition
  const { key, isStored } = await lookUpKernel(built, buildOptions(line, built, options, context.signal))
  if (key === undefined) return 'its source must be fetched, and it must be built'
  return isStored ? `in the cache (key ${key})` : `must be built (key ${key})`
}

// The work of `gmemtest mutants --dry-run`: prints what a campaign would build and run.
import { cacheDirectory } from '../../base/paths.ts'
import { plural } from '../../base/plural.ts'
import { exitCodes } from '../../base/errors.ts'
import { withMutant, type Mutant } from '../../campaigns/mutants/mutant-patches.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { lookUpKernel } from '../../kernel/provide.ts'
import { plainText } from '../../report/plain.ts'
import { elapsed } from '../../report/terminal/status-line.ts'
import { readDurations } from '../../run/durations.ts'
import { timeFor, workOf } from '../../run/estimate.ts'
import { buildOptions } from '../progress/build-progress.ts'
import { progressLine } from '../progress/progress.ts'
import type { JobFacts } from '../jobs/job.ts'

/** Prints the mutants with the states of their kernels and the scenarios that must kill them, and the time for these. */
export async function dryRunOfMutants(mutants: readonly Mutant[], facts: JobFacts): Promise<number> {
  const { context, definition, accelerator } = facts
  const rows: string[] = []
  let missing = 0
  const main = await isBuilt(definition, facts)
  for (const mutant of mutants) {
    const isKnown = await isBuilt(withMutant(definition, mutant), facts)
    if (!isKnown) missing += 1
    const scenarios = mutant.claims.map(({ scenario }) => scenario).join(' ')
    rows.push(`  ${mutant.name}: ${isKnown ? 'in the cache' : 'must be built'}; ${scenarios}`)
  }
  // Durations are those of runs on the kernel without a mutant, where all scenarios run to their ends.
  const durations = await readDurations(cacheDirectory(), facts)
  const names = mutants.flatMap(({ claims }) => claims.map(({ scenario }) => scenario))
  const control = [...new Set(names)]
  const time = timeFor(workOf([...names, ...control], durations), 1)
  const lines = [
    `kernel: ${definition.name}: ${main ? 'in the cache' : 'must be built'}`,
    `accelerator: ${accelerator.name} (${accelerator.reason})`,
    `mutants: ${mutants.length}; ${plural(missing, 'kernel')} to build`,
    ...rows,
    `time: about ${elapsed(time)} for the scenarios, beside the builds and boots`,
  ]
  context.stdout.write(lines.map((line) => `${plainText(line)}\n`).join(''))
  return exitCodes.ok
}

async function isBuilt(definition: KernelDefinition, { context, options }: JobFacts): Promise<boolean> {
  using line = progressLine(context.stderr, context.isTty)
  const { isStored } = await lookUpKernel(definition, buildOptions(line, definition, options, context.signal))
  return isStored
}

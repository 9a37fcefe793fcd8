// gmemtest mutants: proves that the scenarios notice bugs, with kernels that each have one.
import { Command } from 'commander'
import { defaultKernel } from '../kernel/definition/load-definition.ts'
import type { CommandContext } from './command-context.ts'
import { listMutants, runMutants, type MutantsOptions } from './jobs/mutants-job.ts'
import { withOptions } from './job-options.ts'

const examples = `
A mutant is a patch in the folder 'mutants' of a series: one bug on top of the whole series. Its kernel is
built (only the files that the patch changes are compiled), and the scenarios run on it that the patch
names: each must fail, by the check that the patch names, to have killed the mutant. If none of them
fails, the other scenarios follow, until one does. A kernel that does not boot counts as not killed. In the
end, the scenarios that killed run on the kernel without a mutant, where they must pass.

Examples:
  gmemtest mutants                 all mutants of ${defaultKernel}
  gmemtest mutants zap             those with "zap" in their names
  gmemtest mutants --all refcount  all scenarios on each, not only those that it names
  gmemtest mutants --dry-run       what would be built and run
  gmemtest mutants --list          list the mutants, and build nothing

The standard output is TAP 14: one test point a mutant, ok when it was killed. Exit codes: 0 all were
killed, 1 a mutant was not, 69 a mutant could not be built.`

const campaignOptions = [
  'kernel',
  'accel',
  'timeLimit',
  'failFast',
  'retryMachine',
  'output',
  'report',
  'aptSuite',
  'dryRun',
] as const

/** The verb `mutants`. */
export function mutants(context: CommandContext): Command {
  const command = new Command('mutants')
    .description('Put one bug after the other into a kernel, and see whether the scenarios notice.')
    .argument('[mutant...]', 'which mutants: a part of a name, or a glob')
  return withOptions(command, campaignOptions, defaultKernel)
    .option('--all', 'run all scenarios on each mutant and count all that fail')
    .option('--list', 'list the mutants, each with its bug and the scenarios that should notice it')
    .addHelpText('after', examples)
    .action(
      context.exitsWith((names: readonly string[], options: MutantsOptions) =>
        options.list === true ? listMutants(names, options, context) : runMutants(names, options, context),
      ),
    )
}

// gmemtest mutants: proof that the scenarios catch bugs, by kernels that have one.
import { Command } from 'commander'
import { defaultKernel } from '../kernel/definition/load-definition.ts'
import type { CommandContext } from './command-context.ts'
import { runMutants } from './mutants-job.ts'
import type { MutantsOptions } from './mutants-job.ts'
import { directoryToWrite, oneOf } from './option-parsers.ts'

const examples = `
A mutant is a patch in the folder 'mutants' of a series: one bug on top of the whole series. Its kernel is
built (only what the patch changes is compiled), and scenarios run on it until one fails: that one has
killed it. A kernel that does not boot has not been killed by anybody. In the end the scenarios that killed
run on the kernel without a mutant, where they must pass.

Examples:
  gmemtest mutants                 all mutants of ${defaultKernel}
  gmemtest mutants zap             those with "zap" in their names
  gmemtest mutants --all refcount  all scenarios on each, not only up to the first that fails
  gmemtest mutants --list          what there is, and build nothing

The standard output is TAP 14: one test point a mutant, ok when it was killed. Exit codes: 0 all were
killed, 1 one was not, 69 one could not be built.`

/** The verb `mutants`. */
export function mutants(context: CommandContext): Command {
  return new Command('mutants')
    .description('Put one bug after the other into a kernel, and see whether the scenarios notice.')
    .argument('[name...]', 'which mutants: a part of a name, or a glob')
    .option('--kernel <name>', 'a kernel definition: a name, or the path of a YAML file', defaultKernel)
    .option(
      '--accel <name>',
      'tcg or kvm (default: kvm where it can nest, else tcg)',
      oneOf('--accel', ['tcg', 'kvm']),
    )
    .option('--all', 'run all scenarios on each mutant and count all that fail')
    .option('--list', 'list the mutants, with the bug that each is and the scenarios that should notice it')
    .option(
      '--output <dir>',
      'where the results go (default: a new directory in ./results)',
      directoryToWrite('--output'),
    )
    .addHelpText('after', examples)
    .action(
      context.exitsWith((names: readonly string[], options: MutantsOptions) =>
        runMutants(names, options, context),
      ),
    )
}

// gmemtest run: the main job, from a kernel definition to a TAP stream.
import { Command } from 'commander'
import { defaultKernel } from '../kernel/definition/load-definition.ts'
import { isolations } from '../kernel/definition/definition.ts'
import { UsageError } from '../base/errors.ts'
import type { CommandContext } from './command-context.ts'
import { aptSuite, directoryToWrite, oneOf, positiveInteger } from './option-parsers.ts'
import { runJob } from './run-job.ts'
import type { JobOptions } from './run-plan.ts'

const examples = `
A pattern is a part of a scenario's name, or a glob with * and ? for the whole name; without one,
all scenarios run. The standard output is TAP 14 and nothing else.

Examples:
  gmemtest run                              all scenarios on ${defaultKernel}
  gmemtest run contents                     those with "contents" in their names
  gmemtest run 'convert-*' pinned           those whose name begins with convert-, and those about pinned pages
  gmemtest run --jobs=4                     in four virtual machines at once
  gmemtest run --kernel ./my-series.yaml    on a kernel of your own
  gmemtest run --keep pinned-page-refuses   leave the virtual machine up to look around in it

Results: results.tap, results.jsonl (one event a line), console.log and provenance.json, in --output
or in a new directory in ./results; results/latest points to the last one.`

const mostJobs = 64

/** Nobody could tell which one is left. */
function refuseKeepOfMany({ keep, jobs = 1 }: JobOptions): void {
  if (keep !== true || jobs === 1) return
  throw new UsageError('OPTION_VALUE', `--keep leaves one virtual machine up, and --jobs is ${jobs}`, {
    hint: 'leave one of the two out',
  })
}

/** The verb `run`. */
export function run(context: CommandContext): Command {
  return new Command('run')
    .description('Build the kernel if need be, boot it, run scenarios on it, and report TAP.')
    .argument('[pattern...]', 'which scenarios: a part of a name, or a glob')
    .option('--kernel <name>', 'a kernel definition: a name, or the path of a YAML file', defaultKernel)
    .option(
      '--accel <name>',
      'tcg or kvm (default: kvm where it can nest, else tcg)',
      oneOf('--accel', ['tcg', 'kvm']),
    )
    .option(
      '--isolation <what>',
      'what scenarios share: vm: nothing, each has a machine restored from a saved state; boot: nothing, each boots; none: a machine (default: vm, if the definition of the kernel does not say otherwise)',
      oneOf('--isolation', isolations),
    )
    .option(
      '--jobs <n>',
      'how many virtual machines at once (default: one for every two cores, as far as there is memory)',
      positiveInteger('--jobs', mostJobs),
    )
    .option(
      '--output <dir>',
      'where the results go (default: a new directory in ./results)',
      directoryToWrite('--output'),
    )
    .option('--scenarios <dir>', 'take the scenarios from another directory')
    .option(
      '--apt-suite <suite>',
      'take a Debian package from this suite, though it is not configured',
      aptSuite,
    )
    .option('--keep', 'leave the virtual machine up after the run and say how to get in')
    .option('--vmcore', "dump the guest's memory into the results after a panic or a hang, for crash or drgn")
    .addHelpText('after', examples)
    .action(
      context.exitsWith((patterns: readonly string[], options: JobOptions) => {
        refuseKeepOfMany(options)
        return runJob(patterns, options, context)
      }),
    )
}

// gmemtest run: the main job, from a kernel definition to a TAP stream.
import { Command } from 'commander'
import { defaultKernel } from '../project/definition.ts'
import { UsageError } from '../project/errors.ts'
import type { CommandContext } from './context.ts'
import { directoryToWrite, oneOf, positiveInteger } from './options.ts'
import { runJob } from './run-job.ts'
import type { JobOptions } from './run-job.ts'

const examples = `
A pattern is a part of a scenario's name, or a glob with * and ? for the whole name; without one,
all scenarios run. The standard output is TAP 14 and nothing else.

Examples:
  gmemtest run                              all scenarios on ${defaultKernel}
  gmemtest run contents                     those with "contents" in their names
  gmemtest run 'convert-*' pinned           those whose name begins with convert-, and those about pinned pages
  gmemtest run --kernel ./my-series.yaml    on a kernel of your own
  gmemtest run --keep pinned-page-refuses   leave the virtual machine up to look around in it

Results: results.tap, results.jsonl (one event a line), console.log and provenance.json, in --output
or in a new directory in ./results; results/latest points to the last one.`

function machineCount(text: string): number {
  const count = positiveInteger('--jobs')(text)
  if (count === 1) return count
  throw new UsageError(
    'OPTION_VALUE',
    `--jobs may only be 1 for now, got '${text}': scenarios run in one virtual machine at a time`,
    {
      hint: 'leave --jobs out; several gmemtest run can be started side by side, each with its own patterns',
    },
  )
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
    .option('--jobs <n>', 'how many virtual machines at once; only 1 for now', machineCount)
    .option(
      '--output <dir>',
      'where the results go (default: a new directory in ./results)',
      directoryToWrite('--output'),
    )
    .option('--scenarios <dir>', 'take the scenarios from another directory')
    .option('--keep', 'leave the virtual machine up after the run and say how to get in')
    .addHelpText('after', examples)
    .action(
      context.exitsWith((patterns: readonly string[], options: JobOptions) =>
        runJob(patterns, options, context),
      ),
    )
}

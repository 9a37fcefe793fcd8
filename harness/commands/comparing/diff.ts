// gmemtest diff: what differs between two kernels, or between the results of two runs.
import { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { withOptions } from '../job-options.ts'
import { runDiff } from './diff-job.ts'
import type { DiffOptions } from './diff-options.ts'

const examples = `
A and B are two kernels, on which the scenarios run one kernel after the other; or two directories of results, which need no
VM. Only what differs is reported: verdicts, splats, skips, and conversions that are slower beyond the noise of past runs.
Trouble of this computer is no difference. With --repeat, rates of failures are compared by Fisher's exact test.

Examples:
  gmemtest diff gmem-convert ./mine.yaml            all scenarios on both kernels
  gmemtest diff gmem-convert ./mine.yaml pinned     those with "pinned" in their names
  gmemtest diff --repeat=20 stock.yaml mine.yaml x  20 times each, for failures that come and go
  gmemtest diff results/monday results/tuesday      two runs that are over

Exit codes: 1 the second one is worse; 0 it is not; 69 some tests have no verdict on one of the two, and the others are not
worse.`

/** The verb `diff`. */
export function diff(context: CommandContext): Command {
  const command = new Command('diff')
    .description('Run scenarios on two kernels, or read the results of two runs, and report only what differs.')
    .usage('[options] <a> <b> [pattern...]')
    .argument('<a>', 'a kernel definition, or a directory of results')
    .argument('<b>', 'another one: is it worse?')
    .argument('[pattern...]', 'which scenarios: a name, a part of names, a glob, or TOPIC/')
  return withOptions(command, [
    'accel',
    'isolation',
    'jobs',
    'repeat',
    'history',
    'timeLimit',
    'retryMachine',
    'output',
    'report',
    'aptSuite',
    'append',
    'vmcore',
  ])
    .option('--scenarios <dir>', 'take the scenarios from another directory')
    .addHelpText('after', examples)
    .action(
      context.exitsWith((a: string, b: string, patterns: readonly string[], options: DiffOptions) =>
        runDiff([a, b], patterns, options, context),
      ),
    )
}

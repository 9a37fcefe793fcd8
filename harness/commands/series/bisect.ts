// gmemtest bisect: finds the patch of a series that brought a bug.
import { Command } from 'commander'
import { defaultKernel } from '../../kernel/definition/load-definition.ts'
import type { CommandContext } from '../command-context.ts'
import { kernelOptions, withOptions } from '../job-options.ts'
import { runBisect, type BisectOptions } from './bisect-job.ts'
import { integerOrAuto } from '../option-parsers.ts'

const mostRuns = 1000

const examples = `
The kernels between two states of a series are built and tested by halves, each from the objects of the one before. A
kernel is bad when a test FAILs on it, and good when all pass; one that does not build or boot, that lacks what a test
requires, or that trouble of this computer kept from a result is skipped. The same command goes on with a search that
was interrupted. A state is the number of its patches, or a part of the name of its last one.

Examples:
  gmemtest bisect --good 12 --bad 22 pinned-page-refuses
  gmemtest bisect --good 0011-KVM --bad 0019-KVM --kernel ./mine.yaml contents-survive
  gmemtest bisect --good 12 results/latest/finding-1.yaml
  gmemtest bisect --kernel ./v9.yaml --good-series ./v8.mbox pinned-page-refuses
  gmemtest bisect --good 12 --runs 20 operations-side-by-side
  gmemtest bisect --good 5 --exec './try.sh "$GMEMTEST_KERNEL/bzImage"'

The command of --exec gets the directory of each kernel in GMEMTEST_KERNEL, the number of its patches in
GMEMTEST_PATCHES and the last of them in GMEMTEST_PATCH. It ends with 0 for good, 1 to 124 for bad, 125 to skip.

The standard output is TAP 14: one test point for the search, with a subtest for each kernel. bisect.log in the
results has the steps in the form of git bisect log. Exit codes: 0 one patch was found, 1 none was.`

/** The verb `bisect`. */
export function bisect(context: CommandContext): Command {
  const command = new Command('bisect')
    .description('Find the patch of a series with which a scenario or a program begins to fail.')
    .argument(
      '[pattern...]',
      'the scenarios: a name, a part of names, a glob, or TOPIC/; or programs (FILE.c or finding-N.yaml)',
    )
    .option('--good <state>', 'a state of the series in which they pass (default: the source without patches)')
    .option('--bad <state>', 'a later state in which one fails (default: the whole series)')
    .option(
      '--good-series <what>',
      'an earlier version of the series in which they pass: search between it and the series of the kernel',
    )
    .option('--exec <command>', 'judge each kernel by this shell command, and not by scenarios')
    .option(
      '--runs <n>',
      'run the tests up to n times on each kernel; one failure makes it bad (default: auto, as often as their rate of failures on the bad kernel demands)',
      integerOrAuto('--runs', mostRuns),
    )
  return withOptions(command, [...kernelOptions, 'accel', 'output', 'report', 'aptSuite', 'append'], defaultKernel)
    .option('--scenarios <dir>', 'take the scenarios from another directory')
    .addHelpText('after', examples)
    .action(
      context.exitsWith((patterns: readonly string[], options: BisectOptions) => runBisect(patterns, options, context)),
    )
}

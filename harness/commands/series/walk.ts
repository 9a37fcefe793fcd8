// gmemtest walk: builds, boots and tests the kernel of each patch of a series.
import { Command } from 'commander'
import { defaultKernel } from '../../kernel/definition/load-definition.ts'
import type { CommandContext } from '../command-context.ts'
import { withOptions } from '../job-options.ts'
import { runWalk, type WalkOptions } from './walk-job.ts'

const examples = `
Each patch of a series must leave a kernel that builds and boots: git bisect needs that. Each kernel is built from the
objects of the one before, so it takes little more than the files that its patch changes. A kernel that lacks what a
scenario requires is a SKIP that builds and boots: the patch for it comes later.

Examples:
  gmemtest walk contents-survive               at each patch of the default kernel
  gmemtest walk --from 11 pinned-page          from the state with 11 patches to the end
  gmemtest walk --kernel ./mine.yaml pin       at each patch of your own series
  gmemtest walk results/latest/finding-1.yaml  with a finding of gmemtest fuzz

The standard output is TAP 14: one test point for each patch, not ok when its kernel does not build, does not boot or
fails. Exit codes: 0 all is well, 1 a patch is not ok.`

/** The verb `walk`. */
export function walk(context: CommandContext): Command {
  const command = new Command('walk')
    .description('Build, boot and test the kernel of each patch of a series.')
    .argument(
      '<pattern...>',
      'the scenarios: a name, a part of names, a glob, or TOPIC/; or programs (FILE.c or finding-N.yaml)',
    )
    .option('--from <state>', 'begin with this state: the number of its patches, or its last patch (default: 1)')
    .option('--to <state>', 'end with this state (default: the whole series)')
  return withOptions(command, ['kernel', 'accel', 'output', 'report', 'aptSuite', 'append'], defaultKernel)
    .option('--scenarios <dir>', 'take the scenarios from another directory')
    .addHelpText('after', examples)
    .action(
      context.exitsWith((patterns: readonly string[], options: WalkOptions) => runWalk(patterns, options, context)),
    )
}

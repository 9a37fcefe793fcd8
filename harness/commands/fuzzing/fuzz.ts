// gmemtest fuzz: searches for differences between a kernel and the reference model, with random sequences.
import { Command, Option } from 'commander'
import { pageSizes, type PageSize } from '../../campaigns/fuzz/program/world.ts'
import { defaultKernel } from '../../kernel/definition/load-definition.ts'
import type { CommandContext } from '../command-context.ts'
import { withOptions } from '../job-options.ts'
import { runFuzz, type FuzzOptions } from './fuzz-job.ts'
import { directoryToWrite, duration, listOf, positiveInteger } from '../option-parsers.ts'
import { stepWeights } from './step-weights.ts'

const examples = `
Each sequence has up to 24 steps: conversions, accesses of host and guest, copies by the kernel, holes,
allocations, pins, mappings, children, slots, descriptors, races, failing allocations and failing memory, on a new file
in a nested VM. A model of the rules says how each step must end. The first difference is shrunk to the smallest program
that shows it, and so is a splat, a hang or a leak. The program becomes finding-N.yaml in the directory of the results.

Examples:
  gmemtest fuzz                             200 sequences for each size of pages, with a new seed
  gmemtest fuzz --time 10m --page-size 2M   for ten minutes, files of 2M pages
  gmemtest fuzz --seed 7 --runs 1000        the same sequences each time
  gmemtest fuzz --seed 7 --path 12          one sequence of them, as a report names it
  gmemtest fuzz --weights race=20,pin=0     more races, and no pins
  gmemtest fuzz --corpus programs           the programs of a folder first; what is found is added there
  gmemtest fuzz --kcov --time 30m           go on from sequences that reach new code of KVM and of the series
  gmemtest fuzz --replay my-program.yaml    a program that was saved, or written by hand

The standard output is TAP 14: one test point for up to 100 sequences, or up to a minute. Exit codes: 0 no difference,
1 a difference, 69 could not run.`

const mostRuns = 10_000_000
const mostSeed = 2 ** 31 - 1

/** The verb `fuzz`. */
export function fuzz(context: CommandContext): Command {
  const command = new Command('fuzz').description(
    'Run random sequences of operations, compare them with a model, and shrink what differs.',
  )
  withOptions(
    command,
    ['kernel', 'accel', 'isolation', 'jobs', 'output', 'report', 'aptSuite', 'append'],
    defaultKernel,
  )
  return command
    .addOption(
      new Option(
        '--page-size <sizes>',
        `pages of the files: some of ${pageSizes.join(',')} (default: 4K, and 2M where the dialect has it)`,
      ).argParser(listOf<PageSize>('--page-size', pageSizes)),
    )
    .addOption(
      new Option('--runs <n>', 'how many sequences for each size of pages (default: 200)')
        .argParser(positiveInteger('--runs', mostRuns))
        .conflicts(['time', 'path', 'replay']),
    )
    .addOption(
      new Option('--time <time>', 'search for this time instead (90s, 30m, 2h)')
        .argParser(duration('--time'))
        .conflicts(['path', 'replay']),
    )
    .addOption(
      new Option('--seed <n>', 'begin with this seed; the same seeds give the same sequences (default: by the clock)')
        .argParser(positiveInteger('--seed', mostSeed, 0))
        .conflicts('replay'),
    )
    .addOption(
      new Option('--path <n>', 'run one sequence of the seed')
        .argParser(positiveInteger('--path', mostRuns, 0))
        .conflicts('replay'),
    )
    .addOption(
      new Option('--weights <list>', 'how often steps are chosen: race=8,pin=0; 0 is never')
        .argParser(stepWeights)
        .conflicts('replay'),
    )
    .addOption(
      new Option('--corpus <dir>', 'run the programs of this folder first, and add what is found')
        .argParser(directoryToWrite('--corpus'))
        .conflicts(['replay', 'path']),
    )
    .addOption(
      new Option('--kcov', 'build the kernel with kcov, and go on from sequences that reach new code').conflicts([
        'path',
        'replay',
      ]),
    )
    .addOption(new Option('--replay <file>', 'run this program instead').conflicts('pageSize'))
    .addHelpText('after', examples)
    .action(context.exitsWith((options: FuzzOptions) => runFuzz(options, context)))
}

// gmemtest coverage: which of the lines that a series adds no scenario runs.
import { Command, Option } from 'commander'
import { defaultKernel } from '../../kernel/definition/load-definition.ts'
import type { CommandContext } from '../command-context.ts'
import { kernelOptions, withOptions } from '../job-options.ts'
import { sourceLine } from '../option-parsers.ts'
import { runCoverage, type CoverageOptions } from './coverage-job.ts'

const examples = `
The kernel is built with gcov in virt/kvm, in arch/x86/kvm/mmu and in the files of the series, and the counters are read
before each scenario. The standard output has the added lines that never ran. The directory coverage in the results has
the same as report.txt, tracefiles of lcov (added.info: the added lines; files.info: all lines that count), and html, which
genhtml draws (Debian package lcov).

Examples:
  gmemtest coverage                                       all scenarios on the default kernel
  gmemtest coverage convert                               the scenarios with "convert" in their names
  gmemtest coverage --line virt/kvm/guest_memfd.c:412     which scenarios of results/latest reach this line
  gmemtest coverage --results results/latest              print the report of an earlier run again

Lines that no test can run are explained in uncovered.yaml beside the patches; the report has them apart.
Exit codes: those of gmemtest run.`

/** The verb `coverage`. */
export function coverage(context: CommandContext): Command {
  const command = new Command('coverage')
    .description('Run scenarios on a kernel that counts its lines, and list the added lines that never ran.')
    .argument('[pattern...]', 'which scenarios: a name, a part of names, a glob, or TOPIC/')
  const others = ['accel', 'isolation', 'jobs', 'timeLimit', 'output', 'report', 'aptSuite', 'append'] as const
  return withOptions(command, [...kernelOptions, ...others], defaultKernel)
    .option('--scenarios <dir>', 'take the scenarios from another directory')
    .option('--results <dir>', 'tell about an earlier run instead (with --line: results/latest if not given)')
    .addOption(
      new Option('--line <file:line>', 'tell which scenarios reach a line of a file that the series changes').argParser(
        sourceLine('--line'),
      ),
    )
    .addHelpText('after', examples)
    .action(
      context.exitsWith((patterns: readonly string[], options: CoverageOptions) =>
        runCoverage(patterns, options, context),
      ),
    )
}

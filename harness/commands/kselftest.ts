// gmemtest kselftest: builds the kernel's own selftests from the tree under test, and runs them.
import { Command } from 'commander'
import type { CommandContext } from './command-context.ts'
import { listKselftests, runKselftest } from './jobs/kselftest-job.ts'
import { suiteOptions, withOptions, type JobOptions } from './job-options.ts'

/** The default tests: the programs about private memory. */
const defaultTests = [
  'kvm:guest_memfd_test',
  'kvm:private_mem_conversions_test',
  'kvm:private_mem_kvm_exits_test',
  'kvm:pre_fault_memory_test',
  'kvm:set_memory_region_test',
]
/** More of them, in trees that have them: a series brings its own. */
const testsOfSeries = ['kvm:guest_memfd_conversions_test']
const defaultTarget = 'kvm'
const defaultSelftestKernel = 'stock-6.12'

const examples = `
A test is named TARGET:TEST: a directory in the kernel's tools/testing/selftests, and a program of it. Without one,
these run: ${defaultTests.map((name) => name.replace('kvm:', '')).join(', ')};
and in a tree that has it, ${testsOfSeries.map((name) => name.replace('kvm:', '')).join(', ')}.
The standard output is TAP 14 and nothing else; the test points of a program are subtests of its own point.

Examples:
  gmemtest kselftest                        the tests above, on ${defaultSelftestKernel}
  gmemtest kselftest kvm:dirty_log_test     one test
  gmemtest kselftest --kernel gmem-convert  on the tree with the series
  gmemtest kselftest --list kvm             list the tests of a target

Results: results.tap, results.jsonl (one event a line), console.log and provenance.json, in --output
or in a new directory in ./results; results/latest points to the last one.`

/** The verb `kselftest`. */
export function kselftest(context: CommandContext): Command {
  const command = new Command('kselftest')
    .description("Build the kernel's own selftests from the tree under test, run them in a VM, and report TAP.")
    .argument('[test...]', 'which tests, as TARGET:TEST; with --list, which targets')
  return withOptions(command, [...suiteOptions, 'dryRun'], defaultSelftestKernel)
    .option('--list', `list the tests of the targets (default: ${defaultTarget})`)
    .addHelpText('after', examples)
    .action(
      context.exitsWith((words: readonly string[], options: JobOptions & { readonly list?: true }) => {
        const isGiven = words.length > 0
        if (options.list === true) return listKselftests(isGiven ? words : [defaultTarget], options, context)
        if (isGiven) return runKselftest(words, [], options, context)
        return runKselftest(defaultTests, testsOfSeries, options, context)
      }),
    )
}

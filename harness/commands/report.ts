// gmemtest report: makes reports of a run that is over, from its events.
import { Command } from 'commander'
import { UsageError } from '../base/errors.ts'
import type { CommandContext } from './command-context.ts'
import { reportStoredRun } from './jobs/stored-job.ts'
import { withOptions, type JobOptions } from './job-options.ts'

const examples = `
DIR is the directory of a run, which has a results.jsonl, also one of an earlier version of gmemtest. Without --report, the
report is TAP on the standard output. Without a file, tap and jsonl go to the standard output, and the others into DIR.

Examples:
  gmemtest report results/latest
  gmemtest report results/latest --report junit --report kcidb:/tmp/kcidb.json
  gmemtest report results/latest --report ktap:- | ./tools/testing/kunit/kunit.py parse

Exit codes: that of the run; 69 also for a run that was killed, and when a report cannot be written; 2 when DIR has no results.`

/** The verb `report`. */
export function report(context: CommandContext): Command {
  const command = new Command('report')
    .description('Make reports of a run that is over.')
    .usage('[options] <dir>')
    .argument('[dir]', 'the directory of the results')
  return withOptions(command, ['baseline', 'known', 'history', 'report'])
    .addHelpText('after', examples)
    .action(
      context.exitsWith(
        async (
          directory: string | undefined,
          options: Pick<JobOptions, 'baseline' | 'known' | 'history' | 'report'>,
        ) => {
          if (directory === undefined || directory === '') {
            throw new UsageError('USAGE', "missing required argument 'dir'", {
              hint: 'name the directory of a run, for example results/latest',
            })
          }
          return reportStoredRun(directory, options, context)
        },
      ),
    )
}

// gmemtest merge: joins the results of the shards of a run.
import { Command } from 'commander'
import { UsageError } from '../base/errors.ts'
import type { CommandContext } from './command-context.ts'
import { mergeStoredRuns } from './jobs/merge-job.ts'
import { withOptions, type JobOptions } from './job-options.ts'

const examples = `
Each DIR has the results of one shard (gmemtest run --shard i/n). The merged results are those of one run: the same order, the
same counts, the same reports. A shard that is missing or there twice, of another kernel or another suite, is an error.

Examples:
  gmemtest merge shard-1 shard-2 shard-3 shard-4
  gmemtest merge --output merged --report junit --report github shard-*

Exit codes: that of a run with all tests; 69 also when a shard was killed; 2 when the shards do not fit together.`

/** The verb `merge`. */
export function merge(context: CommandContext): Command {
  const command = new Command('merge')
    .description('Merge the results of the shards of a run.')
    .usage('[options] <dir...>')
    .argument('[dir...]', 'the directories of the results of all shards')
  return withOptions(command, ['baseline', 'known', 'history', 'output', 'report'])
    .addHelpText('after', examples)
    .action(
      context.exitsWith(
        async (
          directories: readonly string[],
          options: Pick<JobOptions, 'baseline' | 'known' | 'history' | 'output' | 'report'>,
        ) => {
          if (directories.length === 0) {
            throw new UsageError('USAGE', "missing required argument 'dir'", {
              hint: 'name the directories of all shards',
            })
          }
          return mergeStoredRuns(directories, options, context)
        },
      ),
    )
}

// gmemtest history: the results of past runs.
import { Argument, Command } from 'commander'
import { UsageError } from '../base/errors.ts'
import type { CommandContext } from './command-context.ts'
import { addToHistory, listFlaky, listHistory, showHistory } from './past/history-job.ts'
import { withOptions, type JobOptions } from './job-options.ts'
import { withWords } from './option-parsers.ts'

const examples = `
Every run of scenarios or selftests adds its results, and so does merge. A run is there once: a second time changes nothing.

Examples:
  gmemtest history list                       the runs, each with its id, which --baseline takes
  gmemtest history flaky                      the tests that pass and fail on one build of a kernel, with their rates
  gmemtest history contents-survive-conversion
                                              the results of a test, the newest last
  gmemtest history 0123456789abcdef           the results with a splat, by its fingerprint or the beginning of it
  gmemtest history add results/*              add runs, for example of another computer`

/** The verb `history`. */
export function history(context: CommandContext): Command {
  const command = new Command('history')
    .description('Show the results of past runs, or add some.')
    .usage('[options] list|flaky|add|<test>|<fingerprint> [dir...]')
    .addArgument(
      new Argument('[what]', 'list, flaky, add, the name of a test, or the fingerprint of a splat').argParser(
        withWords(['list', 'flaky', 'add'], (text: string) => text),
      ),
    )
    .argument('[dir...]', 'with add: the directories of runs')
  return withOptions(command, ['history'])
    .addHelpText('after', examples)
    .action(
      context.exitsWith(
        async (what: string | undefined, places: readonly string[], options: Pick<JobOptions, 'history'>) => {
          const { history: given } = options
          if (what === 'add') return addToHistory(places, given, context)
          if (what === undefined || what === '' || places.length > 0) {
            throw new UsageError('USAGE', 'history takes one of list, flaky, add, a test and a fingerprint', {
              hint: 'for example: gmemtest history list',
            })
          }
          if (what === 'list') return listHistory(given, context)
          if (what === 'flaky') return listFlaky(given, context)
          return showHistory(what, given, context)
        },
      ),
    )
}

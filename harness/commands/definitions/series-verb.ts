// gmemtest series: what a series is, and whether it applies, without a build.
import { Command } from 'commander'
import { exitCodes, UsageError } from '../../base/errors.ts'
import { checkSeries } from '../../kernel/proof/check-series.ts'
import { plainText } from '../../report/plain.ts'
import { buildOptions } from '../progress/build-progress.ts'
import type { CommandContext } from '../command-context.ts'
import { withOptions, type KernelOptions } from '../job-options.ts'
import { chosenDefinition } from './kernel-choice.ts'
import { progressLine } from '../progress/progress.ts'
import { requireEnvironment } from '../require-environment.ts'
import { showSeries } from './show-series.ts'
import { proofLines } from './proof-lines.ts'

interface SeriesOptions extends KernelOptions {
  readonly refresh?: true
  readonly aptSuite?: string
}

const examples = `
WHAT is an mbox, a maildir, a folder of patches, git+URL#A..B, a Message-ID or a link to one. Several are applied
in this order. Without WHAT, it is the series of --kernel.

Examples:
  gmemtest series show ./v13.mbox                           patch-ids, base and prerequisites
  gmemtest series show --kernel gmem-convert                and the tree hash, if it is built
  gmemtest series check ./v13.mbox --source git:./linux     does it apply to its base-commit?
  gmemtest series check ./v13.mbox --kernel stock-7.3       does it apply on top of a kernel?
  gmemtest series check ./v13.mbox --source ./linux --3way  merge what does not fit

Exit codes of check: 0 it applies, 2 it cannot be read or lacks a prerequisite, 69 it does not apply.`

const actions = ['show', 'check'] as const

/** The verb `series`. */
export function series(context: CommandContext): Command {
  const command = new Command('series')
    .description('Show what a series is, or check whether it applies; build nothing.')
    .argument('<action>', 'show, or check')
    .argument('[what...]', 'the parts of the series, in order')
  return withOptions(command, ['kernel', 'source', 'series', 'inSource', '3way', 'aptSuite'])
    .option('--refresh', 'fetch mails and commits behind the network again')
    .addHelpText('after', examples)
    .action(
      context.exitsWith(async (action: string, words: readonly string[], options: SeriesOptions) => {
        const known = actions.find((each) => each === action)
        if (known === undefined) {
          throw new UsageError('USAGE', `there is no action '${action}'`, {
            hint: `write gmemtest series ${actions.join(' or ')} WHAT`,
          })
        }
        const parts = [...words, ...(options.series ?? [])]
        if (parts.length === 0 && options.kernel === undefined) {
          throw new UsageError('USAGE', `series ${known} needs a series`, {
            hint: `write gmemtest series ${known} WHAT, or --kernel NAME`,
          })
        }
        const chosen: SeriesOptions = parts.length === 0 ? options : { ...options, series: parts }
        return known === 'show' ? showSeries(chosen, context) : check(chosen, context)
      }),
    )
}

async function check(options: SeriesOptions, context: CommandContext): Promise<number> {
  await requireEnvironment()
  const definition = await chosenDefinition(options, context)
  using line = progressLine(context.stderr, context.isTty)
  const { ingredients, proof } = await checkSeries(definition, {
    ...buildOptions(line, definition, options, context.signal),
    refresh: options.refresh ?? false,
  })
  line[Symbol.dispose]()
  context.stdout.write(
    proofLines(ingredients, proof)
      .map((text) => `${plainText(text)}\n`)
      .join(''),
  )
  return exitCodes.ok
}

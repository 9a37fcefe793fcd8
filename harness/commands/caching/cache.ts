// gmemtest cache: lists and prunes the cache, and moves kernels to other computers.
import { Command } from 'commander'
import { UsageError } from '../../base/errors.ts'
import type { CommandContext } from '../command-context.ts'
import { positiveInteger } from '../option-parsers.ts'
import { exportTo, importFrom } from './move-kernels.ts'
import { listCache, pruneNow, type PruneOptions } from './tidy-cache.ts'
import { cacheSizeVariable, defaultCacheSize, maxSize } from './cache-limit.ts'

const examples = `
KEY is what gmemtest build prints first. An archive has kernels, the identities of their sources, and how long the scenarios
take on them, so that all computers find the kernels and divide the scenarios alike. Import only archives that you trust.

Each build prunes the cache to ${cacheSizeVariable} (default: ${defaultCacheSize}; off: no limit): the entries that were not
used for longest go first, and none that is in use.

Examples:
  gmemtest cache list
  gmemtest cache export $(gmemtest build gmem-convert | cut -d' ' -f1) > kernel.tar.zst
  gmemtest cache import kernel.tar.zst
  gmemtest cache prune --keep-days 30 --max-size 50G --dry-run`

/** The verb `cache`. */
export function cache(context: CommandContext): Command {
  const command = new Command('cache')
    .description('List and prune the cache; export kernels, and import them on another computer.')
    .usage('list | export <key...> | import [file] | prune')
    .helpCommand(false)
    .addHelpText('after', examples)
  command
    .command('list')
    .description('List the entries of the cache, the last used first: the last use, the size, and what it is.')
    .action(context.exitsWith(() => listCache(context)))
  command
    .command('export')
    .description('Write an archive of kernels to the standard output.')
    .argument('<key...>', 'the keys of kernels in the cache')
    .action(context.exitsWith((keys: readonly string[]) => exportTo(keys, context)))
  command
    .command('import')
    .description('Check an archive and put its kernels into the cache; print their keys and directories.')
    .argument('[file]', 'the archive (default: the standard input)')
    .action(context.exitsWith((file: string | undefined) => importFrom(file, context)))
  command
    .command('prune')
    .description('Remove entries that have not been used for longest, and none that is in use.')
    .option(
      '--keep-days <n>',
      'remove the entries that were not used for n days',
      positiveInteger('--keep-days', 36_500),
    )
    .option('--max-size <size>', 'then remove the entries that were used first, until the cache has this size', maxSize)
    .option('--dry-run', 'list what would be removed, and remove nothing')
    .action(context.exitsWith((options: PruneOptions) => pruneNow(options, context)))
  return command.allowExcessArguments().action(
    context.exitsWith(() => {
      const [action] = command.args
      if (action === undefined) return command.help()
      throw new UsageError('USAGE', `there is no action '${action}'`, {
        hint: `write gmemtest cache ${command.commands.map((each) => each.name()).join(', ')}`,
      })
    }),
  )
}

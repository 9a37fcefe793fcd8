// gmemtest manual: prints a manual page, which has what the help has.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { exitCodes, UsageError } from '../../base/errors.ts'
import { makeDirectories } from '../../base/make-directories.ts'
import { nearest } from '../../base/nearest.ts'
import type { CommandContext } from '../command-context.ts'
import { directoryToWrite } from '../option-parsers.ts'
import type { AllCommands } from './completion.ts'
import { described } from './described.ts'
import { manualPage, pageName } from './manual-page.ts'
import { ownVersion } from './own-version.ts'

const examples = `
Examples:
  gmemtest manual run | man -l -   the page of a verb
  gmemtest manual --output man     write all pages, as make man does`

/** The verb `manual`. */
export function manual(context: CommandContext, commands: AllCommands): Command {
  return new Command('manual')
    .description('Print a manual page in the language of man: that of gmemtest, or that of a verb.')
    .argument('[verb]', 'a verb')
    .option('--output <dir>', 'write all pages to this directory instead', directoryToWrite('--output'))
    .addHelpText('after', examples)
    .action(
      context.exitsWith(async (verb: string | undefined, { output }: { readonly output?: string }) => {
        const pages = await allPages(commands)
        if (output === undefined) context.stdout.write(pageOf(verb, pages))
        else {
          await makeDirectories(output)
          for (const [name, text] of pages) await writeFile(path.join(output, name), text)
        }
        return exitCodes.ok
      }),
    )
}

/** Renders all pages, by the names of their files. */
async function allPages(commands: AllCommands): Promise<Map<string, string>> {
  const [all, version] = await Promise.all([commands(), ownVersion()])
  const pages = all.map(described)
  const names = pages.map(({ name }) => name).filter((name) => name !== '')
  return new Map(
    pages.map((page) => [pageName(page.name), manualPage(page, { version, verbs: names, day: new Date() })]),
  )
}

function pageOf(verb: string = '', pages: ReadonlyMap<string, string>): string {
  const page = pages.get(pageName(verb))
  if (page !== undefined) return page
  const verbs = [...pages.keys()].map((name) => name.replace(/^gmemtest-?(.*)\.1$/, '$1')).filter((name) => name !== '')
  throw new UsageError('VERB_UNKNOWN', `there is no verb '${verb}'`, {
    hint: `use 'gmemtest manual ${nearest(verb, verbs)[0] ?? 'run'}'`,
  })
}

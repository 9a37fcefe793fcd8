// gmemtest kernel: the kernel definitions of the project and of the user.
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { exitCodes, UsageError } from '../../base/errors.ts'
import { addKernel, removeKernel } from '../../kernel/definition/own-definitions.ts'
import { listKernelDefinitions, listOwnKernels, loadKernelDefinition } from '../../kernel/definition/load-definition.ts'
import { plainText } from '../../report/plain.ts'
import type { CommandContext } from '../command-context.ts'
import { withOptions, type KernelOptions } from '../job-options.ts'
import { kernelWords } from './kernel-choice.ts'
import { columnsOf, tableRow } from '../layout.ts'

const examples = `
A definition of your own is a YAML file in ~/.config/gmemtest/kernels (or below $XDG_CONFIG_HOME). All checkouts share
it, and --kernel NAME finds it.

Examples:
  gmemtest kernel add v13 --source git:URL --series ./v13.mbox  a series on its base-commit
  gmemtest kernel add mine --source ./linux --fragment ./more   a tree, and options
  gmemtest kernel list                                          those of the project, and yours
  gmemtest kernel show v13                                      the file, and what is in it
  gmemtest kernel remove v13                                    remove the file
  gmemtest run --kernel v13                                     use it`

const actions = ['add', 'list', 'show', 'remove'] as const

interface Options extends KernelOptions {
  readonly force?: true
}

/** The verb `kernel`. */
export function kernel(context: CommandContext): Command {
  const command = new Command('kernel')
    .description('Add, list, show or remove kernel definitions.')
    .argument('<action>', 'add, list, show, or remove')
    .argument('[name]', 'the name of the definition')
  return withOptions(command, ['source', 'series', 'fragment', 'dialect', 'inSource', '3way'])
    .option('--force', 'with add: replace the definition of this name')
    .addHelpText('after', examples)
    .action(
      context.exitsWith(async (action: string, name: string | undefined, options: Options) => {
        const known = actions.find((each) => each === action)
        if (known === undefined) {
          throw new UsageError('USAGE', `there is no action '${action}'`, {
            hint: `write gmemtest kernel ${actions.join(', ')}`,
          })
        }
        if (known === 'list') return list(context)
        if (name === undefined) {
          throw new UsageError('USAGE', `kernel ${known} needs a name`, { hint: `write gmemtest kernel ${known} NAME` })
        }
        if (known === 'show') return show(name, context)
        if (known === 'remove') return tell(`removed ${await removeKernel(name)}`, context)
        const file = await addKernel(name, kernelWords(options), process.cwd(), options.force === true)
        return tell(`wrote ${file}`, context)
      }),
    )
}

function tell(text: string, { stdout }: CommandContext): number {
  stdout.write(`${plainText(text)}\n`)
  return exitCodes.ok
}

async function list({ stdout }: CommandContext): Promise<number> {
  const own = await listOwnKernels()
  const names = [...(await listKernelDefinitions()), ...own]
  const width = Math.max(0, ...names.map((name) => name.length))
  for (const name of names) {
    const text = await loadKernelDefinition(name).then(
      ({ description }) => description,
      (error: unknown) => `ERROR: ${error instanceof Error ? error.message : String(error)}`,
    )
    const place = own.includes(name) ? 'yours' : 'project'
    stdout.write(`${tableRow(plainText(name), width, plainText(`${place}: ${text}`), columnsOf(stdout))}\n`)
  }
  return exitCodes.ok
}

async function show(name: string, { stdout }: CommandContext): Promise<number> {
  const { file } = await loadKernelDefinition(name)
  stdout.write(`# ${plainText(file)}\n${await readFile(file, 'utf8')}`)
  return exitCodes.ok
}

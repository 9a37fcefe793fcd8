// gmemtest completion: prints the script by which a shell completes command lines.
import { Argument, Command, Option } from 'commander'
import { exitCodes, UsageError } from '../../base/errors.ts'
import type { CommandContext } from '../command-context.ts'
import { oneOf, withWords } from '../option-parsers.ts'
import { askedLists, described, type AskedList, type Described } from './described.ts'

/** Gives the command of gmemtest itself and those of all verbs, with their options. */
export type AllCommands = () => Promise<readonly [root: Command, ...verbs: Command[]]>

type Renderer = (root: Described, verbs: readonly Described[]) => string

const shells: Readonly<Record<string, () => Promise<Renderer>>> = {
  bash: async () => (await import('./bash.ts')).bashScript,
  zsh: async () => (await import('./zsh.ts')).zshScript,
  fish: async () => (await import('./fish.ts')).fishScript,
}
const names = Object.keys(shells)

const examples = `
Examples:
  source <(gmemtest completion bash)       in ~/.bashrc
  source <(gmemtest completion zsh)        in ~/.zshrc, behind compinit
  gmemtest completion fish | source        in ~/.config/fish/config.fish

The scripts ask gmemtest for the names of kernels, scenarios and mutants when they need them.`

/** The verb `completion`. */
export function completion(context: CommandContext, commands: AllCommands): Command {
  return new Command('completion')
    .description('Print the script by which a shell completes the command lines of gmemtest.')
    .usage('[options] <shell>')
    .addArgument(new Argument('[shell]', names.join(', ')).argParser(withWords(names, (text: string) => text)))
    .argument('[line...]', 'with --list: the words of the command line')
    .addOption(
      new Option('--list <list>', 'print a list of words, as the scripts need it').argParser(
        oneOf('--list', askedLists),
      ),
    )
    .addHelpText('after', examples)
    .action(
      context.exitsWith(
        async (shell: string | undefined, line: readonly string[], { list }: { readonly list?: AskedList }) => {
          if (list === undefined && line.length > 0) {
            throw new UsageError('USAGE', `completion takes one shell, got ${[shell, ...line].join(' ')}`, {
              hint: `the shells are ${names.join(', ')}`,
            })
          }
          context.stdout.write(
            list === undefined ? await script(shell, commands) : await listed(list, [shell, ...line]),
          )
          return exitCodes.ok
        },
      ),
    )
}

async function listed(list: AskedList, line: readonly (string | undefined)[]): Promise<string> {
  const { wordsOf } = await import('./asked-list.ts')
  const words = await wordsOf(
    list,
    line.filter((word) => word !== undefined),
  )
  return words.map((word) => `${word}\n`).join('')
}

async function script(shell: string | undefined, commands: AllCommands): Promise<string> {
  const load = shell === undefined ? undefined : shells[shell]
  if (load === undefined) {
    const problem = shell === undefined ? "missing required argument 'shell'" : `there is no completion for '${shell}'`
    throw new UsageError('USAGE', problem, { hint: `the shells are ${names.join(', ')}` })
  }
  const [render, [root, ...verbs]] = await Promise.all([load(), commands()])
  return render(described(root), verbs.map(described))
}

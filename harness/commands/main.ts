// From arguments to an exit code: finds the verb, loads only that one, and turns every failure into one clear message.
import { Writable } from 'node:stream'
import { Command, CommanderError } from 'commander'
import { exitCodeOf, exitCodes, UsageError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import type { CommandContext } from './command-context.ts'
import { commonOptions, verbIndex, withCommonOptions, type CommonOptions } from './common-options.ts'
import { columnsOf, helpText } from './layout.ts'
import { Interrupted, listenForInterrupts } from './ending/interrupt.ts'
import { errorPrinter, primaryError } from './ending/print-error.ts'

/** The verbs with their lines in the overview. */
const summaries = {
  run: 'run conversion scenarios on a kernel in a VM; report TAP',
  list: 'list scenarios or kernels, or the rules and the known bugs with the scenarios for them',
  build: 'build a kernel, or find it in the cache, and print its key and directory',
  shell: 'boot a kernel in a VM and open a shell in it',
  mutants: 'prove that the scenarios notice bugs, by kernels that have one',
  fuzz: 'search for differences to a model of the rules, with random sequences; shrink what differs',
  diff: 'run scenarios on two kernels, or read two results; report only what differs',
  coverage: 'list the lines of a series that no scenario runs, by gcov',
  bisect: 'find the patch of a series with which a scenario begins to fail',
  walk: 'build, boot and test the kernel of each patch of a series',
  parse: 'list the kernel splats in a log',
  report: 'make other reports of a run that is over',
  merge: 'merge the results of the shards of a run',
  repro: 'export what a failed test did: as a C program, as a folder for QEMU, as a mail',
  cache: 'list and prune the cache; move kernels to other computers',
  history: 'show the results of past runs: a test, a splat, or what is flaky',
  kselftest: "run the kernel's own selftests, from the tree under test, in a VM",
  series: 'show what a patch series is, or check whether it applies; build nothing',
  kernel: 'add, list, show or remove kernel definitions',
  doctor: 'list the programs that this computer lacks, and the command that installs them',
  completion: 'print the script by which a shell completes command lines',
  manual: 'print a manual page',
} as const
type Verb = keyof typeof summaries

const loaders: Readonly<Record<Verb, () => Promise<(context: CommandContext) => Command>>> = {
  run: async () => (await import('./run.ts')).run,
  list: async () => (await import('./list.ts')).list,
  build: async () => (await import('./build.ts')).build,
  shell: async () => (await import('./shell.ts')).shell,
  mutants: async () => (await import('./mutants.ts')).mutants,
  fuzz: async () => (await import('./fuzzing/fuzz.ts')).fuzz,
  diff: async () => (await import('./comparing/diff.ts')).diff,
  coverage: async () => (await import('./covering/coverage-verb.ts')).coverage,
  bisect: async () => (await import('./series/bisect.ts')).bisect,
  walk: async () => (await import('./series/walk.ts')).walk,
  parse: async () => (await import('./parse.ts')).parse,
  report: async () => (await import('./report.ts')).report,
  merge: async () => (await import('./merge.ts')).merge,
  repro: async () => (await import('./repro.ts')).repro,
  cache: async () => (await import('./caching/cache.ts')).cache,
  history: async () => (await import('./history.ts')).history,
  kselftest: async () => (await import('./kselftest.ts')).kselftest,
  series: async () => (await import('./definitions/series-verb.ts')).series,
  kernel: async () => (await import('./definitions/kernel-verb.ts')).kernel,
  doctor: async () => (await import('./doctor.ts')).doctor,
  async completion() {
    const { completion } = await import('./helping/completion.ts')
    return (context) => completion(context, () => allCommands(context))
  },
  async manual() {
    const { manual } = await import('./helping/manual.ts')
    return (context) => manual(context, () => allCommands(context))
  },
}

const overview = `
Examples:
  gmemtest run                       all scenarios on the default kernel
  gmemtest run convert               the scenarios with "convert" in their names
  gmemtest run --kernel stock-6.12   on the kernel as Debian has it
  gmemtest run --help                the options of a verb

Exit codes: 0 all is well, 1 a test failed, 2 wrong usage, 69 could not run, 130, 143 and 129 interrupted by SIGINT, SIGTERM
and SIGHUP, 137 a scenario blocks gmemtest in a call that cannot be ended.`

/** Runs the command line and returns the exit code; failures are printed on stderr, never thrown. */
export async function main(args: readonly string[]): Promise<number> {
  using interruption = listenForInterrupts()
  const { signal } = interruption
  let exitCode: number = exitCodes.ok
  const isTerminal = process.stderr.isTTY
  let common: CommonOptions
  try {
    common = commonOptions(args, isTerminal)
  } catch (error) {
    errorPrinter({ output: process.stderr, verbose: false })(error)
    return exitCodeOf(error)
  }
  const { verbose, quiet, colour } = common
  const context: CommandContext = {
    signal,
    stdout: process.stdout,
    stderr: quiet ? discarding() : process.stderr,
    annotations: process.stderr,
    isTty: isTerminal && !quiet,
    colour,
    printError: errorPrinter({ output: process.stderr, verbose }),
    exitsWith:
      (action) =>
      async (...actionArguments) => {
        exitCode = await action(...actionArguments)
      },
  }
  try {
    const [command, rest] = await commandFor(args, context)
    await command.parseAsync(rest, { from: 'user' })
    return exitCode
  } catch (thrown) {
    const error = primaryError(thrown)
    // commander also throws after it has printed help or the version.
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok
    if (error instanceof Interrupted) {
      context.stderr.write(`gmemtest: ${error.message}\n`)
      return error.exitCode
    }
    const failure = error instanceof CommanderError ? usageErrorOf(error, args) : thrown
    context.printError(failure)
    return exitCodeOf(primaryError(failure))
  }
}

/** Returns the command, and its arguments. */
async function commandFor(
  args: readonly string[],
  context: CommandContext,
): Promise<[command: Command, rest: readonly string[]]> {
  // The common options may stand before the verb.
  const first = verbIndex(args)
  const [name = '--help', ...rest] = args.slice(first)
  if (name === 'help') return commandFor(rest.length > 0 ? [...rest, '--help'] : [], context)
  // Only this word: the verbs of the overview are names without actions.
  if (name.startsWith('-') && name !== '--') {
    const version = name === '--version' ? await (await import('./helping/own-version.ts')).ownVersion() : ''
    return [prepared(overviewCommand(version), context), [name]]
  }
  const factory = await loaders[verbNamed(name)]()
  return [named(factory(context), context), rest]
}

/** Makes the commands of gmemtest itself and of all verbs, which no arguments will reach. */
async function allCommands(context: CommandContext): Promise<[root: Command, ...verbs: Command[]]> {
  const verbs = await Promise.all(Object.values(loaders).map(async (load) => named((await load())(context), context)))
  return [prepared(overviewCommand(''), context), ...verbs]
}

function named(command: Command, context: CommandContext): Command {
  for (const part of command.commands) prepared(part, context)
  return prepared(command.name(`gmemtest ${command.name()}`), context)
}

/** Returns a stream that keeps nothing. */
function discarding(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}

function isVerb(name: string | undefined): name is Verb {
  return name !== undefined && Object.hasOwn(summaries, name)
}

function verbNamed(name: string): Verb {
  if (isVerb(name)) return name
  const names = Object.keys(summaries)
  const [near] = nearest(name, names)
  throw new UsageError('VERB_UNKNOWN', `there is no verb '${name}'`, {
    hint: near === undefined ? `the verbs are ${names.join(', ')}` : `use 'gmemtest ${near}'`,
  })
}

function overviewCommand(version: string): Command {
  const root = new Command('gmemtest')
    .description('Boots a patched kernel in QEMU, converts guest_memfd memory for real, and reports TAP.')
    .usage('VERB [options]')
    .version(version, '--version', 'print the version, with the commit')
    .helpCommand(false)
    .addHelpText('after', overview)
  for (const [name, summary] of Object.entries(summaries)) root.command(name).description(summary)
  return root.action(() => root.help())
}

/** The width of a help text that no terminal shows. */
const usualColumns = 80

/** Adds the common parts of all commands: gmemtest prints the errors, and there are the common options. */
function prepared(command: Command, { stdout }: CommandContext): Command {
  const columns = columnsOf(stdout)
  return withCommonOptions(command)
    .exitOverride()
    .configureOutput({
      writeErr: () => undefined,
      writeOut: (text) => void stdout.write(helpText(text, columns)),
      getOutHelpWidth: () => columns ?? usualColumns,
    })
}

function usageErrorOf(error: CommanderError, args: readonly string[]): UsageError {
  const [message = 'wrong usage', suggestion = ''] = error.message.replace(/^error: /, '').split('\n')
  const near = /^\(Did you mean (.*)\?\)$/.exec(suggestion)?.[1]
  const verb = args[verbIndex(args)]
  return new UsageError('USAGE', message, {
    cause: error,
    hint: near === undefined ? `see: gmemtest ${isVerb(verb) ? `${verb} ` : ''}--help` : `use ${near}`,
  })
}

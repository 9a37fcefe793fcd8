// gmemtest build: builds a kernel or finds it in the cache, and prints its key and directory.
import { Command } from 'commander'
import { exitCodes, UsageError } from '../base/errors.ts'
import { plural } from '../base/plural.ts'
import { provideKernel } from '../kernel/provide.ts'
import { expectedSkips } from '../suites/scenarios/expected-skips.ts'
import { buildOptions } from './progress/build-progress.ts'
import type { CommandContext } from './command-context.ts'
import { kernelOptions, withOptions, type KernelOptions } from './job-options.ts'
import { chosenDefinition } from './definitions/kernel-choice.ts'
import { positiveInteger } from './option-parsers.ts'
import { elapsed } from '../report/terminal/status-line.ts'
import { progressLine } from './progress/progress.ts'
import { requireEnvironment } from './require-environment.ts'

interface BuildOptions extends KernelOptions {
  readonly jobs?: number
  readonly verify?: true
  readonly refresh?: true
  readonly aptSuite?: string
}

const examples = `
Examples:
  gmemtest build                              the default kernel
  gmemtest build stock-6.12                   the kernel as Debian has it
  gmemtest build ./mine.yaml                  your own tree, your series
  gmemtest build --source git:URL --series X  the series X on its base-commit, without a file
  gmemtest build stock-7.3 --apt-suite SUITE  a suite that apt does not have yet
  gmemtest build --verify                     also read each byte of the build

The last line on stdout is the key of the build and its directory, with vmlinux, bzImage, config,
System.map, build.log and provenance.json in it.`

function nameOf(argument: string | undefined, option: string | undefined): string | undefined {
  if (argument !== undefined && option !== undefined && argument !== option) {
    throw new UsageError('USAGE', `two kernels are named, '${argument}' and --kernel '${option}'`, {
      hint: 'leave one of them out',
    })
  }
  return argument ?? option
}

/** The verb `build`. */
export function build(context: CommandContext): Command {
  const command = new Command('build')
    .description('Build a kernel, or find it in the cache, and print its key and directory.')
    .argument('[kernel]', 'a kernel definition: a name, or the path of a YAML file')
  return withOptions(command, [...kernelOptions, 'aptSuite'])
    .option('-j, --jobs <n>', 'compilers at the same time (default: one a processor)', positiveInteger('--jobs'))
    .option('--verify', 'read all of a stored build before it is trusted')
    .option('--refresh', 'look for a newer Debian package, or a newer commit of the branch')
    .addHelpText('after', examples)
    .action(
      context.exitsWith(async (argument: string | undefined, options: BuildOptions) => {
        await requireEnvironment()
        const name = nameOf(argument, options.kernel)
        using line = progressLine(context.stderr, context.isTty)
        line.showLater('reading the definition, its source and its series')
        const definition = await chosenDefinition(
          { ...options, ...(name === undefined ? {} : { kernel: name }) },
          context,
        )
        // Otherwise a run would find a mistake there, after minutes of building.
        await expectedSkips(definition)
        const started = performance.now()
        const kernel = await provideKernel(definition, {
          ...buildOptions(line, definition, options, context.signal),
          verify: options.verify ?? false,
          refresh: options.refresh ?? false,
          ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
        })
        if (!kernel.cached) {
          const { release, cpuSeconds, objects } = kernel.provenance
          const took = elapsed(performance.now() - started)
          line.say(`built ${release} in ${took}: ${plural(objects, 'object')}, ${Math.round(cpuSeconds)} CPU-seconds`)
        }
        context.stdout.write(`${kernel.key} ${kernel.directory}\n`)
        return exitCodes.ok
      }),
    )
}

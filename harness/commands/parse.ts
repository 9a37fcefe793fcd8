// gmemtest parse: what a log says. One verb for logs of all kinds; each kind is one file that is loaded when it is asked for.
import { Command } from 'commander'
import { UsageError } from '../base/errors.ts'
import type { CommandContext } from './command-context.ts'
import type { ParseOptions } from './parsing/parse-options.ts'
import { openLog } from './parsing/log-file.ts'

const examples = `
LOG is the log of a kernel: of a console, of dmesg, of the journal; - is the standard input. Printed is what the kernel
complains about in it, or with --ktap the results of tests in it, counted as the kernel's own kunit_parser.py does.

Examples:
  gmemtest parse results/latest/console.log
  dmesg | gmemtest parse -
  gmemtest parse --json --vmlinux vmlinux console.log
  gmemtest parse --allow known.yaml console.log
  gmemtest parse --ktap kunit.log

Exit codes: 0 nothing was found, 1 something was (with --ktap: a test that did not pass, or an incomplete log), 2 there is no such log, or it is empty, blank, packed, JSON, a journal with its fields, a directory or no text, 69 it cannot be read.`

/** The verb `parse`. */
export function parse(context: CommandContext): Command {
  return new Command('parse')
    .description('Say what the kernel complains about in a log, or which tests it has results of.')
    .argument('<log>', 'a file, or - for the standard input')
    .option('--json', 'print JSON instead of text')
    .option('--ktap', 'read the results of tests: TAP, KTAP, KUnit, kselftest')
    .option('--vmlinux <file>', 'the kernel of the log: the frames of traces get file and line')
    .option('--allow <file>', 'a YAML file of complaints that are known (docs/health.md)')
    .addHelpText('after', examples)
    .action(
      context.exitsWith(async (file: string, options: ParseOptions) => {
        if (options.ktap === true) refuse(options)
        const log = await openLog(file, process.stdin, context.signal)
        if (options.ktap === true) {
          const { parseKtap } = await import('./parsing/parse-ktap.ts')
          return parseKtap(log, options, context)
        }
        const { parseConsole } = await import('./parsing/parse-console.ts')
        return parseConsole(log, options, context)
      }),
    )
}

/** @throws {UsageError} for an option that means nothing to the results of tests */
function refuse({ vmlinux, allow }: ParseOptions): void {
  const option = vmlinux === undefined ? allow && '--allow' : '--vmlinux'
  if (option === undefined) return
  throw new UsageError(
    'USAGE',
    `${option} is about complaints of the kernel, --ktap about results of tests`,
    {
      hint: 'leave one of them out',
    },
  )
}

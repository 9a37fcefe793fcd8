// gmemtest parse: finds the splats in a kernel log, or the test results. Each is a file that is loaded on demand.
import { Command } from 'commander'
import { UsageError } from '../base/errors.ts'
import type { CommandContext } from './command-context.ts'
import type { ParseOptions } from './parsing/parse-console.ts'
import { openLog } from './parsing/log-file.ts'

const examples = `
LOG is the log of a kernel, from a console, dmesg or the journal; - is the standard input. The verb prints the splats in it,
or with --ktap the test results, counted like the kernel's own kunit_parser.py does.

Examples:
  gmemtest parse results/latest/console.log
  dmesg | gmemtest parse -
  gmemtest parse --json --vmlinux vmlinux console.log
  gmemtest parse --allow known.yaml console.log
  gmemtest parse --ktap kunit.log

Exit codes: 0 no splat; 1 a splat (with --ktap: a test that did not pass, or an incomplete log); 2 the log is missing, empty, blank, packed, JSON, a journal with its fields, a directory, no text, or too large; 69 the log cannot be read.`

/** The verb `parse`. */
export function parse(context: CommandContext): Command {
  return new Command('parse')
    .description('Find the splats in a kernel log, or the test results.')
    .usage('[options] <log>')
    .argument('[log]', 'a file, or - for the standard input')
    .option('--json', 'print JSON instead of text')
    .option('--ktap', 'read test results: TAP, KTAP, KUnit, kselftest')
    .option('--vmlinux <file>', 'the kernel of the log: adds file and line to traces')
    .option('--allow <file>', 'a YAML file of allowances for known splats (docs/health.md)')
    .addHelpText('after', examples)
    .action(
      context.exitsWith(async (file: string | undefined, options: ParseOptions) => {
        if (file === undefined) {
          throw new UsageError('USAGE', "missing required argument 'log'", {
            hint: 'name a file, or use - for the standard input',
          })
        }
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

/** @throws {UsageError} for an option that has no meaning for test results */
function refuse({ vmlinux, allow }: ParseOptions): void {
  const option = vmlinux === undefined ? allow && '--allow' : '--vmlinux'
  if (option === undefined) return
  throw new UsageError('USAGE', `${option} is for splats, --ktap for test results`, { hint: 'leave one of them out' })
}

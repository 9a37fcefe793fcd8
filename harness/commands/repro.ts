// gmemtest repro: exports the program of a failed test, or of gmemtest fuzz.
import { Command } from 'commander'
import { UsageError } from '../base/errors.ts'
import type { CommandContext } from './command-context.ts'
import { withOptions } from './job-options.ts'
import { directoryToWrite, positiveInteger } from './option-parsers.ts'
import { exportProgram, type ReproOptions } from './exporting/export-program.ts'
import type { MeasureOptions } from './measuring/measure-options.ts'

const examples = `
TEST is the name of a test that failed in the last run, or in --results DIR, or the file program-NAME.json in the
results; or finding-N of gmemtest fuzz, or a file of such a program. The C program prints TAP. Its exit code is 1 with
the bug, 0 without it, and 4 on a kernel that lacks what it needs.

Examples:
  gmemtest repro pinned-page-refuses --c                   a C program on the standard output
  gmemtest repro pinned-page-refuses --c --output repro.c  in a file
  gmemtest repro pinned-page-refuses --bundle ./bug        with kernel, initramfs and repro.sh, which needs only QEMU
  gmemtest repro pinned-page-refuses --mail                the text for the mailing list
  gmemtest repro pinned-page-refuses --gdb                 run it with gdb in its kernel
  gmemtest repro finding-1 --c                             what gmemtest fuzz has found
  gmemtest repro mine.yaml --c --kernel gmem-convert       a program of fuzz that was written by hand
  gmemtest repro pinned-page-refuses --runs 50             how often it fails, in a restored instance each time
  gmemtest repro bug.c --runs 50 --kernel a --kernel b     whether b fails more often than a

Exit codes: 0 exported; 2 there is no such program, or C cannot do one of its operations, which the message names; 69 a file
cannot be written, or a kernel cannot be built. With --gdb it is that of the program. With --runs, 0 means that it never
failed, or that the second kernel does not fail more often than the first, and otherwise 1.`

/** A reproducer that fails once in a thousand runs is no reproducer. */
const mostRuns = 10_000

type VerbOptions = Omit<ReproOptions, 'kernel'> & Omit<MeasureOptions, 'runs'> & { readonly runs?: number }

/** The verb `repro`. */
export function repro(context: CommandContext): Command {
  const command = new Command('repro')
    .description(
      'Export what a failed test or a finding of fuzz does: as a C program, as a folder for QEMU, as a mail.',
    )
    .usage('[options] <test>')
    .argument('[test]', 'a test that failed, or its program-NAME.json; finding-N, or a program of fuzz')
    .option('--results <dir>', 'the results of the run', 'results/latest')
    .option('--c', 'print a C program that gcc alone compiles')
    .option('--mail', 'print the text for the mailing list, with the C program')
    .option('--output <file>', 'write it to this file; with --runs, the results to this directory')
    .option(
      '--bundle <dir>',
      'write kernel, config, initramfs, C program and repro.sh to this empty directory',
      directoryToWrite('--bundle'),
    )
    .option('--gdb', 'run it in QEMU, which waits for gdb: the printed line attaches gdb to its kernel')
    .option('--runs <n>', 'run it at most n times, and tell how often it fails', positiveInteger('--runs', mostRuns))
    .option(
      '--within <points>',
      'with --runs: end when the interval of the rate has at most so many percentage points (default: 20)',
      positiveInteger('--within', 100),
    )
    .option(
      '--kernel <name>',
      'the kernel of the bundle and of its dialect (default: that of the run); twice with --runs: compare them',
      (name: string, before: readonly string[] | undefined) => [...(before ?? []), name],
    )
  return withOptions(command, ['accel', 'append', 'report', 'aptSuite'])
    .addHelpText('after', examples)
    .action(
      context.exitsWith(async (test: string | undefined, options: VerbOptions) => {
        if (test === undefined || test === '') {
          throw new UsageError('USAGE', "missing required argument 'test'", {
            hint: 'name a test that failed: gmemtest report results/latest lists them',
          })
        }
        const { runs, kernel = [], ...others } = options
        refuseForms(options)
        if (runs !== undefined) {
          const { measure } = await import('./measuring/measure-job.ts')
          return await measure(test, { ...others, kernel, runs }, context)
        }
        const [only] = kernel
        return await exportProgram(test, { ...others, ...(only === undefined ? {} : { kernel: only }) }, context)
      }),
    )
}

/** @throws {UsageError} USAGE for options of an export beside --runs, and for those of --runs without it */
function refuseForms({ runs, kernel = [], c, mail, bundle, gdb, within, accel, append, report }: VerbOptions): void {
  if (runs !== undefined) {
    const forms = Object.entries({ c, mail, bundle, gdb }).find(([, value]) => value !== undefined)
    const form = forms === undefined ? undefined : `--${forms[0]}`
    if (form === undefined) return
    throw new UsageError('USAGE', `--runs runs a reproducer, and ${form} exports one`, {
      hint: 'leave one of the two out',
    })
  }
  const lone = Object.entries({ within, accel, append, report }).find(([, value]) => value !== undefined)
  if (lone === undefined && kernel.length < 2) return
  const what = lone === undefined ? 'a second --kernel' : `--${lone[0]}`
  throw new UsageError('USAGE', `${what} needs --runs`, { hint: 'for example: --runs 50' })
}

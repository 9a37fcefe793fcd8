// gmemtest repro: exports the program of a failed test, or of gmemtest fuzz.
import { Command } from 'commander'
import { UsageError } from '../base/errors.ts'
import type { CommandContext } from './command-context.ts'
import { withOptions } from './job-options.ts'
import { directoryToWrite } from './option-parsers.ts'
import { exportProgram, type ReproOptions } from './exporting/export-program.ts'

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

Exit codes: 0 exported, and with --gdb that of the program; 2 there is no such program, or C cannot do one of its
operations, which the message names; 69 a file cannot be written, or the kernel of the bundle cannot be built.`

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
    .option('--output <file>', 'write it to this file')
    .option(
      '--bundle <dir>',
      'write kernel, config, initramfs, C program and repro.sh to this empty directory',
      directoryToWrite('--bundle'),
    )
    .option('--gdb', 'run it in QEMU, which waits for gdb: the printed line attaches gdb to its kernel')
    .option('--kernel <name>', 'the kernel of the bundle, and the dialect of a finding (default: that of the run)')
  return withOptions(command, ['aptSuite'])
    .addHelpText('after', examples)
    .action(
      context.exitsWith(async (test: string | undefined, options: ReproOptions) => {
        if (test === undefined || test === '') {
          throw new UsageError('USAGE', "missing required argument 'test'", {
            hint: 'name a test that failed: gmemtest report results/latest lists them',
          })
        }
        return await exportProgram(test, options, context)
      }),
    )
}

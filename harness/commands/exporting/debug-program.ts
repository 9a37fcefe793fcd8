// gmemtest repro --gdb: runs the C program of a failure in QEMU, with gdb in its kernel.
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { exitCodes } from '../../base/errors.ts'
import { names } from '../../campaigns/repro/bundle.ts'
import { debugBundle } from '../../campaigns/repro/plain-qemu.ts'
import { bootWords } from '../../kernel/definition/boot-words.ts'
import { plainText } from '../../report/plain.ts'
import { chooseAccelerator } from '../../vm/accelerator.ts'
import type { CommandContext } from '../command-context.ts'
import { offerGdb } from '../jobs/offer-gdb.ts'
import type { Exportable } from './exportable.ts'
import { fillBundle, type KernelChoice } from './fill-bundle.ts'

/**
 * Boots the bundle of a program from a directory that only this user can enter, prints the line for gdb, and waits for the end of
 * the program. Returns its exit code, or 1 when the kernel died.
 */
export async function debugProgram(
  program: Exportable,
  options: KernelChoice,
  context: CommandContext,
): Promise<number> {
  const { stdout, stderr, signal } = context
  await using scratch = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-gdb-'))
  const { path: directory } = scratch
  const kernel = await fillBundle(program, directory, options, context)
  const { name: accelerator } = await chooseAccelerator(undefined)
  const socket = path.join(directory, 'gdb')
  // QEMU makes the socket when it starts, and the directory goes with it.
  const stub = { socket, [Symbol.asyncDispose]: () => Promise.resolve() }
  await using offered = await offerGdb(() => Promise.resolve(stub), kernel, context)
  void offered
  stderr.write("gmemtest: its kernel starts at gdb's first 'continue'; until then, hbreak sets breakpoints\n")
  const code = await debugBundle({
    directory,
    files: names,
    words: bootWords(kernel.definition),
    profile: program.profile,
    accelerator,
    socket,
    onLine: (line) => void stdout.write(`${plainText(line)}\n`),
    signal,
  })
  if (code === undefined) stderr.write('gmemtest: the program told no exit code: the kernel died, or gdb ended it\n')
  return code ?? exitCodes.testFailed
}

// Prints the command line by which a user attaches gdb to an instance that stays up.
import { GmemtestError } from '../../base/errors.ts'
import type { KernelBuild } from '../../kernel/provide.ts'
import { compilationDirectory, provideSourceTree } from '../../kernel/source-tree.ts'
import { shellLine } from '../../process/child.ts'
import { plainText } from '../../report/plain.ts'
import type { GdbStub } from '../../vm/gdb-stub.ts'
import { buildOptions } from '../progress/build-progress.ts'
import type { CommandContext } from '../command-context.ts'
import { progressLine } from '../progress/progress.ts'

/**
 * Opens the gdb stub of an instance, and prints the command line that attaches to it with the sources of its kernel. Trouble
 * with the stub or the sources is printed instead; nothing is printed after an abort. Returns the stub for disposal.
 */
export async function offerGdb(
  openStub: (signal: AbortSignal) => Promise<GdbStub>,
  kernel: KernelBuild,
  context: CommandContext,
): Promise<AsyncDisposable> {
  const { signal, stderr } = context
  const tell = (error: unknown): undefined => {
    if (signal.aborted) return
    if (!(error instanceof GmemtestError)) throw error
    const hint = error.hint === undefined ? '' : `; ${error.hint}`
    const what = error.code === 'GDB_STUB' ? 'cannot attach' : 'finds no sources'
    stderr.write(`gmemtest: gdb ${what}: ${plainText(`${error.message}${hint}`)}\n`)
  }
  await using stack = new AsyncDisposableStack()
  const stub = stack.use(await openStub(signal).catch(tell))
  if (stub === undefined) return stack.move()
  using line = progressLine(stderr, context.isTty)
  const tree = await provideSourceTree(kernel, buildOptions(line, kernel.definition, {}, signal)).catch(tell)
  line[Symbol.dispose]()
  const attach = gdbCommand(kernel.vmlinuxDebug, stub, tree)
  if (!signal.aborted) {
    stderr.write(`gmemtest: to debug its kernel, which stands still whenever gdb waits for a command:\n  ${attach}\n`)
  }
  return stack.move()
}

/** Returns the command line that attaches gdb; `tree` has the sources of the kernel. */
export function gdbCommand(vmlinux: string, { socket }: Pick<GdbStub, 'socket'>, tree: string | undefined): string {
  // All paths of sources begin with `..`, so the substitute has to be an existing directory.
  const sources =
    tree === undefined ? [] : ['-ex', `set substitute-path ${compilationDirectory} ${gdbWord(`${tree}/kernel`)}`]
  return shellLine('gdb', [...sources, '-ex', `target remote ${socket}`, vmlinux])
}

/** Quotes a word for gdb, whose commands split their arguments as a shell does. */
function gdbWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

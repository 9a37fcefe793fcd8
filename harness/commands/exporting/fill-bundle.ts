// The bundle of a program: with the kernel on which it failed, or another one.
import path from 'node:path'
import { cacheDirectory } from '../../base/paths.ts'
import { writeBundle } from '../../campaigns/repro/bundle.ts'
import { bootWords } from '../../kernel/definition/boot-words.ts'
import { provideKernel, type KernelBuild } from '../../kernel/provide.ts'
import type { CommandContext } from '../command-context.ts'
import { buildOptions } from '../progress/build-progress.ts'
import { progressLine } from '../progress/progress.ts'
import { requireEnvironment } from '../require-environment.ts'
import type { Exportable } from './exportable.ts'
import { definitionOf } from './kernel-of.ts'

/** A kernel for a bundle: another one than that of the run, and the suite of its source. */
export interface KernelChoice {
  readonly kernel?: string
  readonly aptSuite?: string
}

/**
 * Fills an empty directory, and returns the kernel that is in it.
 * @throws {UsageError} when the program has no form in C, USAGE without a kernel, MUTANT_UNKNOWN, the errors of a build
 */
export async function fillBundle(
  program: Exportable,
  directory: string,
  options: KernelChoice,
  { stderr, isTty, signal }: Pick<CommandContext, 'stderr' | 'isTty' | 'signal'>,
): Promise<KernelBuild> {
  // Before a kernel is built: the program may have no form in C.
  const source = await program.source()
  await requireEnvironment()
  const definition = await definitionOf(program, options.kernel, signal)
  using line = progressLine(stderr, isTty)
  const kernel = await provideKernel(definition, buildOptions(line, definition, options, signal))
  const { profile } = program
  const bundle = { directory, source, kernel: path.dirname(kernel.vmlinux), words: bootWords(definition), profile }
  await writeBundle({ ...bundle, cache: cacheDirectory(), signal })
  return kernel
}

// The bundle of a program: with the kernel on which it failed, or another one.
import path from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { cacheDirectory } from '../../base/paths.ts'
import { writeBundle } from '../../campaigns/repro/bundle.ts'
import { readMutants, withMutant } from '../../campaigns/mutants/mutant-patches.ts'
import { bootWords } from '../../kernel/definition/boot-words.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { provideKernel, type KernelBuild } from '../../kernel/provide.ts'
import { loadUsableDefinition } from '../../kernel/usable.ts'
import type { CommandContext } from '../command-context.ts'
import { buildOptions } from '../progress/build-progress.ts'
import { progressLine } from '../progress/progress.ts'
import { requireEnvironment } from '../require-environment.ts'
import type { Exportable } from './exportable.ts'

/** A kernel for a bundle: another one than that of the run, and the suite of its source. */
export interface KernelChoice {
  readonly kernel?: string
  readonly aptSuite?: string
}

/** Returns the definition of the kernel of a bundle. */
async function definitionOf(
  { file, kernel, mutant: name }: Exportable,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<KernelDefinition> {
  const chosen = wanted ?? kernel
  if (chosen === undefined) {
    throw new UsageError('USAGE', `no results beside ${file} tell its kernel`, {
      hint: 'choose one with --kernel NAME',
    })
  }
  const definition = await loadUsableDefinition(chosen, { signal })
  if (wanted !== undefined || name === undefined) return definition
  const mutant = (await readMutants(definition)).find((each) => each.name === name)
  if (mutant !== undefined) return withMutant(definition, mutant)
  throw new UsageError('MUTANT_UNKNOWN', `the series of ${kernel} has no mutant '${name}' any more`, {
    hint: 'choose a kernel with --kernel',
  })
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

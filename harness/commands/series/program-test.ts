// A program on the command line of a search: C, a finding of gmemtest fuzz, or what a failed test left.
import { programsTest } from '../../campaigns/fuzz/fuzz-test.ts'
import { splatReader } from '../../console/read-splats.ts'
import { dayOf } from '../../console/sift.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import type { RunOptions } from '../../run/run-options.ts'
import type { Test } from '../../run/test.ts'
import type { CommandContext } from '../command-context.ts'
import { findProgram } from '../exporting/find-program.ts'
import { readProgram } from '../fuzzing/corpus.ts'
import { exportedTest, sourceTest } from '../measuring/reproducer.ts'

/** Says whether a word names the file of a program, and no scenario. */
export function isProgram(word: string): boolean {
  return /\.(c|json|ya?ml)$/.test(word)
}

/**
 * Makes the test of a program. The agent runs a finding, as in the campaign that found it; the other programs run as C.
 * @throws {UsageError} PROGRAM_UNREADABLE, PROGRAM_MISSING, PROGRAM_INVALID, REPRO_REFUSED
 * @throws {BuildError} COMPILE_FAILED
 */
export async function programTest(
  file: string,
  { allow }: Pick<KernelDefinition, 'allow'>,
  dialect: RunOptions['dialect'],
  { signal }: CommandContext,
): Promise<Test> {
  if (file.endsWith('.c')) return (await sourceTest(file, signal)).test
  if (file.endsWith('.json')) return (await exportedTest(await findProgram(file, { results: '', signal }), signal)).test
  const { name, program } = await readProgram(file)
  const read = splatReader(allow, dayOf(new Date()))
  return programsTest(name, 'the program does what the model does', [program], { dialect, read })
}

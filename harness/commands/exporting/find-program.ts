// Finds the program that `gmemtest repro` exports.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { messageOf, UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { isFindingName, programName } from '../../base/result-names.ts'
import { cProgramOf } from '../../campaigns/repro/c-program.ts'
import { programOfFile } from '../../campaigns/repro/recorded-program.ts'
import { readProgram } from '../../report/stored/read-program.ts'
import { isBootVariant } from '../../vm/profile.ts'
import type { Exportable } from './exportable.ts'
import { findingToExport } from './finding.ts'

/**
 * Finds a program: the argument itself when it is a path, otherwise a file in the results.
 * @throws {UsageError} PROGRAM_MISSING, and the errors of a program that cannot be read
 */
export async function findProgram(
  test: string,
  { results, kernel, signal }: { readonly results: string; readonly kernel?: string; readonly signal: AbortSignal },
): Promise<Exportable> {
  const file = await programFileOf(test, results)
  return /\.ya?ml$/.test(file) ? await findingToExport(file, { kernel, signal }) : await testToExport(file)
}

async function testToExport(file: string): Promise<Exportable> {
  const program = programOfFile(await readProgram(file))
  const name = path.basename(file)
  return {
    file,
    source: () => cProgramOf(program),
    kernel: program.kernel,
    mutant: program.mutant,
    profile: {
      pools: { '1G': program.pools['1G'] ?? 0, '2M': program.pools['2M'] ?? 0 },
      variants: program.boot.filter(isBootVariant),
    },
    isLeftBy: ({ diagnostic }) => diagnostic?.program === name,
  }
}

/** The files of a campaign of mutants begin with the name of the mutant. @throws {UsageError} PROGRAM_MISSING */
async function programFileOf(test: string, results: string): Promise<string> {
  if (/\.(json|ya?ml)$/.test(test) || test.includes(path.sep)) return test
  const names = await readdir(results).catch((cause: unknown) => {
    throw new UsageError('RESULTS_MISSING', `cannot read the results in ${results}: ${messageOf(cause)}`, {
      hint: 'name the directory of a run with --results DIR',
    })
  })
  const finding = `${test}.yaml`
  if (isFindingName(finding) && names.includes(finding)) return path.join(results, finding)
  const [prefix = '', suffix = ''] = programName('*').split('*')
  const programs = names.filter((name) => name.startsWith(prefix) && name.endsWith(suffix))
  const known = programs.map((name) => name.slice(prefix.length, -suffix.length))
  const matching = known.filter((name) => name === test || name.endsWith(`-${test}`))
  const [only] = known.includes(test) ? [test] : matching
  if (only !== undefined && (matching.length === 1 || only === test)) return path.join(results, programName(only))
  const all = [...known, ...names.filter(isFindingName).map((name) => path.basename(name, '.yaml'))]
  const near = matching.length > 1 ? matching : nearest(test, all)
  const some = near.length > 0 ? near : all
  const message =
    matching.length > 1
      ? `${results} has several programs of '${test}'`
      : `${results} has no program of a failed test '${test}'`
  const hint =
    some.length > 0
      ? `there are: ${some.slice(0, 10).join(', ')}`
      : 'only a test that fails leaves one: gmemtest run, then gmemtest repro'
  throw new UsageError('PROGRAM_MISSING', message, { hint })
}

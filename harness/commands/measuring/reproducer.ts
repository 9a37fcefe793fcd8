// What `gmemtest repro --runs` runs: a C program, or the scenario itself.
import { copyFile, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { hasCode, messageOf, UsageError } from '../../base/errors.ts'
import { cacheDirectory } from '../../base/paths.ts'
import { compileProgram } from '../../image/static-compiler.ts'
import type { Test } from '../../run/test.ts'
import { plainProfile, type BootProfile } from '../../vm/profile.ts'
import { selftestTest } from '../../suites/kselftest/selftest-test.ts'
import { findScenarioFiles, type ScenarioFile } from '../../suites/scenarios/scenario-files.ts'
import type { CommandContext } from '../command-context.ts'
import type { Exportable } from '../exporting/exportable.ts'
import { findProgram } from '../exporting/find-program.ts'
import { noteTeller } from '../jobs/note-teller.ts'

/** A reproducer, and the program that it came from. */
export type Reproducer = { readonly name: string; readonly program?: Exportable } & (
  { readonly kind: 'c'; readonly test: Test } | { readonly kind: 'scenario'; readonly file: ScenarioFile }
)

const suite = 'repro'
const programName = 'reproducer'
/** The watchdog of an exported program ends it after this time, in seconds. */
const programSeconds = 120

/**
 * Finds a reproducer: a C file, the program of a failed test or a finding as a C program, or a scenario. A scenario runs
 * itself if it left no program, or if C cannot do one of its operations.
 * @throws {UsageError} PROGRAM_MISSING when there is neither a program nor a scenario of that name
 * @throws {BuildError} COMPILE_FAILED
 */
export async function findReproducer(
  what: string,
  { results, kernel }: { readonly results: string; readonly kernel?: readonly string[] },
  context: CommandContext,
): Promise<Reproducer> {
  const { signal } = context
  if (what.endsWith('.c')) return { kind: 'c', ...(await sourceTest(what, signal)) }
  const file = (await findScenarioFiles()).find(({ name, file: own }) => name === what || own === path.resolve(what))
  const first = kernel?.[0]
  let program: Exportable | undefined
  try {
    program = await findProgram(what, { results, signal, ...(first === undefined ? {} : { kernel: first }) })
    return { kind: 'c', program, ...(await exportedTest(program, signal)) }
  } catch (error) {
    if (file === undefined || !(error instanceof UsageError)) throw error
    noteTeller(context)(`the scenario runs itself: ${error.message}`)
    return { kind: 'scenario', name: file.name, ...(program === undefined ? {} : { program }), file }
  }
}

interface NamedTest {
  readonly name: string
  readonly test: Test
}

/**
 * Makes the test of a C program.
 * @throws {UsageError} PROGRAM_UNREADABLE
 * @throws {BuildError} COMPILE_FAILED
 */
export async function sourceTest(file: string, signal: AbortSignal): Promise<NamedTest> {
  const make = async (place: string): Promise<void> =>
    copyFile(file, place).catch((error: unknown) => refuse(file, error))
  const name = path.basename(file, '.c')
  return { name, test: await testOf(name, plainProfile, make, signal) }
}

/**
 * Makes the test of a program that gmemtest renders in C.
 * @throws {UsageError} REPRO_REFUSED when C cannot do one of its operations
 * @throws {BuildError} COMPILE_FAILED
 */
export async function exportedTest({ file, profile, source }: Exportable, signal: AbortSignal): Promise<NamedTest> {
  const name = path.basename(file).replaceAll(/^program-|\.[^.]*$/g, '')
  const text = await source()
  return { name, test: await testOf(name, profile, (place) => writeFile(place, text), signal) }
}

/** @throws {UsageError} PROGRAM_UNREADABLE */
function refuse(file: string, cause: unknown): never {
  const why = hasCode(cause, 'ENOENT') ? 'there is no such file' : messageOf(cause)
  throw new UsageError('PROGRAM_UNREADABLE', `cannot read ${file}: ${why}`, {
    cause,
    hint: 'name a C file; gmemtest repro NAME --c --output FILE.c writes one',
  })
}

/** Compiles the program whose source `make` writes, and returns the test that runs it. */
async function testOf(
  name: string,
  { pools, variants }: BootProfile,
  make: (place: string) => Promise<void>,
  signal: AbortSignal,
): Promise<Test> {
  await using sources = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-repro-'))
  await make(path.join(sources.path, `${programName}.c`))
  const root = path.join(cacheDirectory(), 'reproducers')
  const program = await compileProgram({ root, sources: sources.path, program: programName, signal })
  const test = selftestTest({ target: suite, test: programName, program, timeout: programSeconds })
  return { ...test, suite, name, wants: { ...test.wants, pools, boot: variants } }
}

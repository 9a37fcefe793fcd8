// The place where the selftests of a kernel are built: its tree, a directory for the output, and the arguments of make.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { BuildError, UsageError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { exists } from '../cache/atomic-file.ts'
import type { Ingredients } from './ingredients.ts'
import { inWorkTree } from './kernel-tree.ts'
import { lastLines } from './command.ts'
import { errorLines, makeArguments, runMake, type MakeOptions } from './make.ts'
import type { BuildContext } from './provide-progress.ts'

const selftestsDirectory = 'tools/testing/selftests'
/** The limit of a target that names none, in seconds: the one of kselftest. */
const defaultTimeout = 45
/** The limit of a target that asks for no limit, in seconds. */
const longestTimeout = 3600

/** The tree with its series, and a directory for the output. */
export interface Workshop {
  readonly tree: string
  readonly scratch: string
  readonly make: MakeOptions
  readonly context: BuildContext
}

/** Works with an empty output directory: for most targets, make does not know which headers a program includes. */
export async function inScratch<Result>(
  ingredients: Ingredients,
  context: BuildContext,
  work: (workshop: Workshop) => Promise<Result>,
): Promise<Result> {
  return inWorkTree(ingredients, context, async (home) => {
    const scratch = path.join(home, 'selftests')
    await rm(scratch, { recursive: true, force: true })
    await using done = new AsyncDisposableStack()
    done.defer(() => rm(scratch, { recursive: true, force: true }))
    await mkdir(scratch)
    const logFile = path.join(scratch, 'build.log')
    const make = { signal: context.signal, jobs: availableParallelism(), logFile }
    return await work({ tree: path.join(home, 'tree'), scratch, make, context })
  })
}

/** Makes the user space headers of this kernel: the programs need them, and not those of this computer. */
export async function makeHeaders(workshop: Workshop): Promise<void> {
  const { tree, make } = workshop
  const objects = path.join(workshop.scratch, 'objects')
  // Not headers_install, which needs rsync to copy the same headers to another place.
  const result = await runMake(tree, makeArguments(tree, ['headers'], 'gcc', objects), make)
  if (result.exitCode === 0) return
  const [first = `make ended with ${result.exitCode}`] = errorLines(`${result.stderr}\n${result.stdout}`)
  throw new BuildError('SELFTEST_BUILD_FAILED', `the headers of this kernel cannot be made: ${first}`, {
    tail: lastLines(result),
  })
}

/** Returns the directory of the headers that `makeHeaders` makes. */
export function headersOf({ scratch }: Workshop): string {
  return path.join(scratch, 'objects/usr/include')
}

/** Runs make in the directory of a target. */
export async function makeIn(
  target: string,
  { tree, scratch, make }: Workshop,
  args: readonly string[],
): ReturnType<typeof runMake> {
  const output = path.join(scratch, 'out', target)
  await mkdir(output, { recursive: true })
  return runMake(tree, ['-C', path.join(tree, selftestsDirectory, target), `OUTPUT=${output}`, ...args], make)
}

/**
 * Lists the programs of a target, as paths below its output: `x86_64/private_mem_conversions_test`.
 * @throws {UsageError} SELFTEST_UNKNOWN when the kernel has no such target
 */
export async function testsOf(target: string, workshop: Workshop): Promise<string[]> {
  const all = path.join(workshop.tree, selftestsDirectory)
  if (!(await exists(path.join(all, target, 'Makefile')))) {
    const entries = await readdir(all, { withFileTypes: true })
    const targets = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    throw unknown(`the selftests of this kernel have no target '${target}'`, target, targets)
  }
  // Only its Makefile knows the programs: they depend on the architecture.
  const goal = 'gmemtest-list'
  const print = `--eval=${goal}: ; @printf 'test %s\\n' $(TEST_GEN_PROGS)`
  const result = await makeIn(target, workshop, ['-s', print, goal])
  if (result.exitCode !== 0) {
    throw new BuildError('SELFTEST_BUILD_FAILED', `make cannot read the Makefile of the target ${target}`, {
      tail: lastLines(result),
    })
  }
  const output = path.join(workshop.scratch, 'out', target)
  return [...result.stdout.matchAll(/^test (.+)$/gm)].map(([, file = '']) => path.relative(output, file))
}

/** Returns the error for a name that this kernel does not have. */
export function unknown(message: string, typed: string, known: readonly string[]): UsageError {
  const near = nearest(typed, known)
  return new UsageError('SELFTEST_UNKNOWN', message, {
    hint: near.length > 0 ? `try ${near.join(', ')}` : 'gmemtest kselftest --list prints the tests of a target',
  })
}

/** Returns how long a program of a target may take, in seconds. */
export async function timeoutOf(target: string, { tree }: Workshop): Promise<number> {
  const directory = path.join(tree, selftestsDirectory, target)
  const settings = await readFile(path.join(directory, 'settings'), 'utf8').catch(() => '')
  const text = /^timeout=(\d+)/m.exec(settings)?.[1]
  const seconds = text === undefined ? defaultTimeout : Number(text)
  return seconds === 0 ? longestTimeout : seconds
}

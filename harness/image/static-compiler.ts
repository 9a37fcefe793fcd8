// Compiles a folder of C sources into one static program for the instance, which has no libraries for it.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { BuildError, InfraError } from '../base/errors.ts'
import { inProject } from '../base/paths.ts'
import { fileIdentity, findExecutable } from '../process/executable.ts'
import { withCleanEnvironment } from '../process/environment.ts'
import { run } from '../process/run-program.ts'
import { keyOf } from '../cache/hash.ts'
import { provideEntry } from '../cache/store.ts'

export interface CompileOptions {
  /** The directory of the compiled programs. */
  readonly root: string
  /** The folder of the sources: all .c and .h files in it. */
  readonly sources: string
  /** The name of the program. */
  readonly program: string
  readonly signal: AbortSignal
}

// -s: only core dumps need symbols; without them ssh copies the program in half the time.
const flags = '-std=gnu11 -O2 -static -pthread -fno-strict-aliasing -Wall -Wextra -Werror -s'.split(' ')
const compileMilliseconds = 120_000
const mostErrorLines = 30

/**
 * Returns the path of the compiled program, from the cache when neither a source nor the compiler changed.
 * @throws {BuildError} COMPILE_FAILED with the compiler's errors
 * @throws {InfraError} COMPILER_MISSING
 */
export async function compileProgram(options: CompileOptions): Promise<string> {
  const compiler = findExecutable('gcc')
  if (compiler === undefined) {
    throw new InfraError('COMPILER_MISSING', 'gcc is not installed', { hint: 'apt-get install gcc libc6-dev' })
  }
  const names = (await readdir(options.sources)).filter((name) => /\.[ch]$/.test(name)).toSorted()
  const contents = await Promise.all(names.map((name) => readFile(path.join(options.sources, name), 'utf8')))
  const sources = names.filter((name) => name.endsWith('.c'))
  const shelf = { root: options.root, readsAll: true, mostKept: 16 }
  const key = keyOf([fileIdentity(compiler), flags, names, contents])
  const directory = await provideEntry(shelf, key, async (aside) => {
    const args = [...flags, '-o', path.join(aside, options.program), ...sources]
    // Temporary files in a directory that the next run sweeps away after a kill -9.
    const [file, wrapped] = withCleanEnvironment(compiler, args, { TMPDIR: aside })
    const result = await run(file, wrapped, {
      signal: options.signal,
      timeout: compileMilliseconds,
      cwd: options.sources,
    })
    if (result.exitCode === 0) return
    const lines = result.stderr.split('\n')
    const first = lines.find((line) => /\berror:|undefined reference/.test(line)) ?? lines.at(-1)
    throw new BuildError('COMPILE_FAILED', `cannot compile ${options.program}: ${first}`, {
      tail: lines.slice(0, mostErrorLines),
      hint: `correct the sources in ${options.sources}`,
    })
  })
  return path.join(directory, options.program)
}

/**
 * Returns the path of the agent, which performs the tests' operations in the instance; compiles it unless the cache has it.
 * @throws the errors of `compileProgram`
 */
export async function compileAgent({ cache, signal }: { cache: string; signal: AbortSignal }): Promise<string> {
  const root = path.join(cache, 'agent')
  return await compileProgram({ root, sources: inProject('guest-images/agent'), program: 'agent', signal })
}

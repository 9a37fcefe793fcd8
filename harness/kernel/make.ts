// Calls of the kernel's own make: the command lines that a person would type, without the user's environment.
import path from 'node:path'
import { run, type CommandResult, type RunOptions } from '../process/run-program.ts'
import { findExecutable } from '../process/executable.ts'
import { withCleanEnvironment } from '../process/environment.ts'
import { objectsName } from './source/listing.ts'

export type MakeOptions = Pick<RunOptions, 'signal' | 'onLine'> & { readonly jobs: number; readonly logFile: string }

/** Two hours, in milliseconds: enough for a whole build on a slow and busy computer. */
const timeout = 7_200_000

/**
 * Returns the arguments of make for a tree. By default the output goes to a directory inside the tree: kbuild then uses
 * relative paths, and neither objects nor ccache depend on the path of the cache.
 */
export function makeArguments(
  tree: string,
  targets: readonly string[],
  compiler: string,
  objects: string = path.join(tree, objectsName),
): string[] {
  return [
    '-C',
    tree,
    `O=${objects}`,
    'ARCH=x86_64',
    `CC=${compiler}`,
    // Without these, two builds of the same source would differ.
    'KBUILD_BUILD_USER=gmemtest',
    'KBUILD_BUILD_HOST=gmemtest',
    'KBUILD_BUILD_VERSION=1',
    'KBUILD_BUILD_TIMESTAMP=Thu Jan 1 00:00:00 UTC 1970',
    'LOCALVERSION=',
    `KCFLAGS=-fdebug-prefix-map=${tree}=.`,
    `KAFLAGS=-fdebug-prefix-map=${tree}=.`,
    ...targets,
  ]
}

/** Runs make on a tree, with ccache where it is installed. A failure of make is a result, not an exception. */
export async function make(tree: string, targets: readonly string[], options: MakeOptions): Promise<CommandResult> {
  const compiler = findExecutable('ccache') === undefined ? 'gcc' : 'ccache gcc'
  return runMake(tree, makeArguments(tree, targets, compiler), options)
}

/** Returns the file that all programs of a build in a tree have locked. */
export function makeLockOf(tree: string): string {
  return `${tree}.lock`
}

/** Runs make in a tree, with the arguments of the caller. A failure of make is a result, not an exception. */
export async function runMake(
  tree: string,
  args: readonly string[],
  { jobs, ...options }: MakeOptions,
): Promise<CommandResult> {
  // Every process of the build inherits this lock: a compiler that outlives a killed builder cannot write to the
  // objects of the next one.
  const lock = ['--no-fork', makeLockOf(tree)]
  const [file, wrapped] = withCleanEnvironment('flock', [...lock, 'make', `-j${jobs}`, ...args])
  // TERM: make stops its compilers and removes the files that they had half written.
  return run(file, wrapped, { ...options, timeout, deathSignal: 'TERM' })
}

function isErrorLine(line: string): boolean {
  return (
    /^\S+:\d+(:\d+)?: (fatal )?error\b/i.test(line) ||
    /: undefined reference to |multiple definition of |^ld: |^\S*collect2: |: not found$|ERROR: modpost/.test(line)
  )
}

/** Returns the lines of a build's output that explain its failure, in their order; paths are relative to the tree. */
export function errorLines(output: string): string[] {
  const lines = output.split('\n').map((line) => line.replaceAll(/(^|\s)(?:\.\.\/)+(?=\w)/g, '$1'))
  const found = lines.filter(isErrorLine)
  return found.length > 0 ? found : lines.filter((line) => /\*\*\*|[Ee]rror/.test(line))
}

// Calls of the kernel's own make: the same command lines that a person would type, nothing of the user's environment.
import path from 'node:path'
import { run } from '../process/run-program.ts'
import type { CommandResult } from '../process/run-program.ts'
import { findProgram } from './kernel-compiler.ts'
import { withCleanEnvironment } from './command.ts'
import { objectsName } from './source/listing.ts'

export interface MakeOptions {
  readonly signal: AbortSignal
  readonly jobs: number
  readonly logFile: string
  readonly onLine?: (line: string) => void
}

/** Two hours: a build of everything under emulation on a busy machine; it only has to be finite. */
const timeout = 7_200_000

/**
 * The arguments of make for a tree. Output goes to a directory inside the tree, if no other is given: kbuild then uses
 * relative paths, so that neither objects nor ccache depend on where the cache is.
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
    // Everything that would make two builds of the same thing differ.
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

/** `ccache gcc` where ccache is installed. */
async function compilerCommand(): Promise<string> {
  return (await findProgram('ccache')) === undefined ? 'gcc' : 'ccache gcc'
}

/** Runs make on a tree; failing is a result. */
export async function make(
  tree: string,
  targets: readonly string[],
  options: MakeOptions,
): Promise<CommandResult> {
  return runMake(tree, makeArguments(tree, targets, await compilerCommand()), options)
}

/** Runs make with arguments of the caller's on something in a tree; failing is a result. */
export async function runMake(
  tree: string,
  args: readonly string[],
  options: MakeOptions,
): Promise<CommandResult> {
  // Every process of the build inherits this lock: a compiler that outlives a killed builder cannot write to the
  // objects of the next one.
  const lock = ['--no-fork', `${tree}.lock`]
  const [file, wrapped] = withCleanEnvironment('flock', [...lock, 'make', `-j${options.jobs}`, ...args])
  return run(file, wrapped, {
    signal: options.signal,
    timeout,
    logFile: options.logFile,
    // make stops its compilers and removes what they had half written.
    deathSignal: 'TERM',
    ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
  })
}

function isSplat(line: string): boolean {
  return (
    /^\S+:\d+(:\d+)?: (fatal )?error\b/i.test(line) ||
    /: undefined reference to |multiple definition of |^ld: |^\S*collect2: |: not found$|ERROR: modpost/.test(
      line,
    )
  )
}

/** What of a build's output says why it failed, the first complaint first; paths are relative to the tree. */
export function splats(output: string): string[] {
  const lines = output.split('\n').map((line) => line.replaceAll(/(^|\s)(?:\.\.\/)+(?=\w)/g, '$1'))
  const found = lines.filter(isSplat)
  return found.length > 0 ? found : lines.filter((line) => /\*\*\*|[Ee]rror/.test(line))
}

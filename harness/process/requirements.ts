// What a machine must have before anything works, and the Debian package that brings it.
import { existsSync } from 'node:fs'
import { findExecutable, isStaticProgram } from './executable.ts'

/** One thing that must be there. */
export interface Requirement {
  /** As the reader knows it: `gcc`, `the static C library`. */
  readonly what: string
  readonly neededFor: string
  /** The Debian package that brings it. */
  readonly package: string
  /** A program to be found, which may have to be static, or one of several files. */
  readonly probe:
    { readonly program: string; readonly mustBeStatic?: true } | { readonly files: readonly string[] }
}

/** A requirement and whether it is met here. */
export interface Splat extends Requirement {
  /** Where it was found; undefined when it is missing. */
  readonly found: string | undefined
}

function program(name: string, packageName: string, neededFor: string): Requirement {
  return { what: name, neededFor, package: packageName, probe: { program: name } }
}

const kernelBuild = 'building kernels'
const guestImage = 'making the guest image'
const checks = 'make check'

export const requirements: readonly Requirement[] = [
  program('qemu-system-x86_64', 'qemu-system-x86', 'running kernels'),
  program('setpriv', 'util-linux', 'ending every child with the harness'),
  program('flock', 'util-linux', 'locking the cache'),
  {
    what: 'busybox, static',
    neededFor: guestImage,
    package: 'busybox-static',
    probe: { program: 'busybox', mustBeStatic: true },
  },
  program('dropbear', 'dropbear-bin', guestImage),
  program('ldd', 'libc-bin', guestImage),
  program('gcc', 'gcc', `${kernelBuild}, the agent and init`),
  {
    what: 'the static C library',
    neededFor: 'compiling the agent and init',
    package: 'libc6-dev',
    probe: { files: ['/usr/lib/x86_64-linux-gnu/libc.a', '/usr/lib64/libc.a', '/usr/lib/libc.a'] },
  },
  program('ld', 'binutils', kernelBuild),
  program('make', 'make', kernelBuild),
  program('flex', 'flex', kernelBuild),
  program('bison', 'bison', kernelBuild),
  program('bc', 'bc', kernelBuild),
  program('perl', 'perl', kernelBuild),
  program('git', 'git', 'applying patch series'),
  program('xz', 'xz-utils', 'unpacking kernel sources'),
  program('tar', 'tar', 'unpacking kernel sources'),
  {
    what: 'the headers of libelf',
    neededFor: `${kernelBuild} (objtool)`,
    package: 'libelf-dev',
    probe: { files: ['/usr/include/gelf.h', '/usr/include/libelf/gelf.h'] },
  },
  program('clang-format', 'clang-format', checks),
  program('shellcheck', 'shellcheck', checks),
]

function probe(requirement: Requirement): string | undefined {
  const { probe: wanted } = requirement
  if ('files' in wanted) return wanted.files.find((file) => existsSync(file))
  const file = findExecutable(wanted.program)
  const fits = file !== undefined && (wanted.mustBeStatic !== true || isStaticProgram(file))
  return fits ? file : undefined
}

/** Looks for everything; takes a few milliseconds and starts nothing. */
export function probeRequirements(
  wanted: readonly Requirement[] = requirements,
  find: (requirement: Requirement) => string | undefined = probe,
): Splat[] {
  return wanted.map((requirement) => ({ ...requirement, found: find(requirement) }))
}

/** The Debian packages that bring what is missing, each once, in the order of the table. */
export function missingPackages(splats: readonly Splat[]): string[] {
  return [...new Set(splats.filter(({ found }) => found === undefined).map((splat) => splat.package))]
}

// The programs and files that gmemtest requires on this computer, and the Debian packages that contain them.
import { existsSync } from 'node:fs'
import { findExecutable, isStaticProgram } from './executable.ts'

/** A program or a file that gmemtest requires. */
export interface Requirement {
  /** Its name in messages: `gcc`, `the static C library`. */
  readonly what: string
  readonly neededFor: string
  /** The Debian package that contains it. */
  readonly package: string
  /** gmemtest works without it, all but what it is needed for. */
  readonly isOptional?: true
  /** How to find it: a program, which may have to be static, or one of several files. */
  readonly probe: { readonly program: string; readonly mustBeStatic?: true } | { readonly files: readonly string[] }
}

/** A requirement, and whether this computer meets it. */
export interface ProbedRequirement extends Requirement {
  /** The file that meets it; undefined when it is missing. */
  readonly found: string | undefined
}

function program(name: string, packageName: string, neededFor: string): Requirement {
  return { what: name, neededFor, package: packageName, probe: { program: name } }
}

const kernelBuild = 'building kernels'
const kernelSource = 'unpacking kernel sources'
const guestImage = 'making the guest image'
const checks = 'make check'
const vmTests = 'the tests of memory dumps and of --keep in make test'

/** The requirements of a kernel build. */
export const kernelRequirements: readonly Requirement[] = [
  program('gcc', 'gcc', `${kernelBuild}, the agent and init`),
  program('ld', 'binutils', kernelBuild),
  ...['make', 'flex', 'bison', 'bc', 'perl'].map((name) => program(name, name, kernelBuild)),
  program('git', 'git', 'applying patch series'),
  program('xz', 'xz-utils', kernelSource),
  program('tar', 'tar', kernelSource),
  {
    what: 'the headers of libelf',
    neededFor: `${kernelBuild} (objtool)`,
    package: 'libelf-dev',
    probe: { files: ['/usr/include/gelf.h', '/usr/include/libelf/gelf.h'] },
  },
]

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
  {
    what: 'the static C library',
    neededFor: 'compiling the agent and init',
    package: 'libc6-dev',
    probe: { files: ['/usr/lib/x86_64-linux-gnu/libc.a', '/usr/lib64/libc.a', '/usr/lib/libc.a'] },
  },
  ...kernelRequirements,
  program('clang-format', 'clang-format', checks),
  program('shellcheck', 'shellcheck', checks),
  program('xmllint', 'libxml2-utils', checks),
  program('gdb', 'gdb', vmTests),
  program('drgn', 'python3-drgn', vmTests),
  { ...program('b4', 'b4', 'a series by its Message-ID or a link to it'), isOptional: true },
  { ...program('genhtml', 'lcov', 'the HTML of gmemtest coverage'), isOptional: true },
  program('chromium', 'chromium', 'the tests of the HTML report in make test'),
]

function probe(requirement: Requirement): string | undefined {
  const { probe: wanted } = requirement
  if ('files' in wanted) return wanted.files.find((file) => existsSync(file))
  const file = findExecutable(wanted.program)
  const fits = file !== undefined && (wanted.mustBeStatic !== true || isStaticProgram(file))
  return fits ? file : undefined
}

/** Looks for each requirement; takes a few milliseconds and starts no process. */
export function probeRequirements(
  wanted: readonly Requirement[] = requirements,
  find: (requirement: Requirement) => string | undefined = probe,
): ProbedRequirement[] {
  return wanted.map((requirement) => ({ ...requirement, found: find(requirement) }))
}

/** Returns the Debian packages of the missing requirements that are not optional, each once, in the order of the table. */
export function missingPackages(probed: readonly ProbedRequirement[]): string[] {
  return [
    ...new Set(
      probed.filter(({ found, isOptional }) => found === undefined && isOptional !== true).map((one) => one.package),
    ),
  ]
}

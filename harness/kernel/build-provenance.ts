// Where a build comes from: enough to say what was tested, and to build the same again by hand.
import { availableParallelism } from 'node:os'
import path from 'node:path'
import type { KernelDefinition } from './definition/definition.ts'
import { projectRoot } from '../base/paths.ts'
import { sha256 } from '../cache/atomic-file.ts'
import type { Request } from './kconfig/fragment.ts'
import { configLine } from './kconfig/fragment.ts'
import { makeArguments } from './make.ts'
import type { Patch } from './series.ts'
import type { SourceIdentity } from './source/pristine.ts'

/** One patch of the series, as it was applied. */
interface PatchProvenance {
  readonly name: string
  readonly subject: string
  readonly sha256: string
  /** `git patch-id --stable`. */
  readonly patchId: string
}

/** provenance.json beside each build. */
export interface Provenance {
  readonly definition: string
  readonly key: string
  /** What `uname -r` says. */
  readonly release: string
  readonly source: {
    readonly kind: string
    readonly version: string
    readonly content: string
    readonly facts: Readonly<Record<string, string>>
  }
  readonly patches: readonly PatchProvenance[]
  /** As KCIDB has it: SHA-256 over the SHA-256 of each patch, each ended by a newline; empty without patches. */
  readonly patchsetHash: string
  readonly compiler: string
  /** SHA-256 of the final .config. */
  readonly configHash: string
  /** When the build began, ISO 8601. */
  readonly startTime: string
  readonly seconds: number
  /** User and system time of everything that the build called. */
  readonly cpuSeconds: number
  /** How many objects were compiled; few when an earlier tree could be used. */
  readonly objects: number
  /** Shell command lines that build the same again, in ./linux; the first is a comment that says where they run. */
  readonly repeat: readonly string[]
}

/** KCIDB's patchset_hash: `sha256sum *.patch | cut -c-64 | sha256sum | cut -c-64`. */
export function patchsetHash(hashes: readonly string[]): string {
  return hashes.length === 0 ? '' : sha256(hashes.map((hash) => `${hash}\n`).join(''))
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

function makeByHand(goals: readonly string[]): string {
  return ['make', `-j${availableParallelism()}`, ...makeArguments('$PWD/linux', goals, 'gcc')]
    .map((word) => (word.includes('$PWD') ? `"${word}"` : quoted(word)))
    .join(' ')
}

function isInside(directory: string, file: string): boolean {
  return file.startsWith(`${directory}${path.sep}`)
}

/** A patch of the project has the same place in every checkout; where this one lies is nobody's business. */
function seenFromLinux(file: string): string {
  return isInside(projectRoot, file) ? path.join('..', path.relative(projectRoot, file)) : file
}

/** The command lines of a build by hand: get the source, apply, configure, make. */
export function repeatByHand(
  definition: KernelDefinition,
  identity: SourceIdentity,
  patches: readonly Patch[],
  requests: readonly Request[],
): string[] {
  const apply = definition.series.map((part) => {
    if (part.kind === 'git') {
      return `git -C ${quoted(part.repository)} diff --binary ${quoted(part.range)} | (cd linux && git apply)`
    }
    const origins = new Set(patches.map((patch) => patch.origin))
    const files = [...origins].filter((file) => file === part.path || file.startsWith(`${part.path}/`))
    return `(cd linux && git apply ${files.map((file) => quoted(seenFromLinux(file))).join(' ')})`
  })
  const needsCheckout = patches.some((patch) => isInside(projectRoot, patch.origin))
  return [
    `# in ${needsCheckout ? 'the top directory of a checkout of gmemtest' : 'an empty directory'}; the tree comes to ./linux`,
    ...identity.repeat,
    // Below a directory that is a repository itself, git apply would silently do nothing.
    'export GIT_CEILING_DIRECTORIES="$PWD"',
    ...apply,
    makeByHand(['tinyconfig']),
    `cat >> linux/gmemtest-objects/.config <<'END'\n${requests.map(configLine).join('\n')}\nEND`,
    makeByHand(['olddefconfig']),
    makeByHand(targets),
  ]
}

/** What make builds: the ELF file that is booted, and the image that everybody else boots. */
export const targets = ['vmlinux', 'bzImage'] as const

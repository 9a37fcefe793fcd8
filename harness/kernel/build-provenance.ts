// The provenance of a build: enough to identify the kernel under test, and to build it again by hand.
import { availableParallelism } from 'node:os'
import { hasShape } from '../base/has-shape.ts'
import { sha256 } from '../cache/hash.ts'
import { configLine, type Request } from './kconfig/fragment.ts'
import { shellWord } from '../process/child.ts'
import { makeArguments } from './make.ts'
import { applyByHand, isOfProject } from './series/apply-by-hand.ts'
import type { Patch } from './series/patch.ts'
import type { SourceIdentity } from './source/pristine.ts'

/** The content of provenance.json, which lies beside each build. */
export interface Provenance {
  readonly definition: string
  readonly key: string
  /** The output of `uname -r`. */
  readonly release: string
  readonly source: Pick<SourceIdentity, 'kind' | 'version' | 'content' | 'facts'>
  /** The applied patches of the series; `patchId` is that of `git patch-id --stable`. */
  readonly patches: readonly (Pick<Patch, 'name' | 'subject' | 'messageId' | 'sha256'> & { readonly patchId: string })[]
  /** The patchset_hash of KCIDB: SHA-256 over the SHA-256 of each patch, each ended by a newline; empty without patches. */
  readonly patchsetHash: string
  readonly compiler: string
  /** SHA-256 of the final .config. */
  readonly configHash: string
  /** When the build began, ISO 8601. */
  readonly startTime: string
  readonly seconds: number
  /** User and system time of all programs of the build. */
  readonly cpuSeconds: number
  /** How many objects were compiled; few when the tree had objects of an earlier build. */
  readonly objects: number
  /** Shell command lines that build the same kernel in ./linux; the first is a comment that names their directory. */
  readonly repeat: readonly string[]
}

/** Returns whether the content of a provenance.json is that of a build. */
export function isProvenance(value: unknown): value is Provenance {
  return hasShape(value, { release: 'string', repeat: 'array', key: 'string' })
}

/** Returns KCIDB's patchset_hash: `sha256sum *.patch | cut -c-64 | sha256sum | cut -c-64`. */
export function patchsetHash(hashes: readonly string[]): string {
  return hashes.length === 0 ? '' : sha256(hashes.map((hash) => `${hash}\n`).join(''))
}

function makeByHand(goals: readonly string[]): string {
  return ['make', `-j${availableParallelism()}`, ...makeArguments('$PWD/linux', goals, 'gcc')]
    .map((word) => (word.includes('$PWD') ? `"${word}"` : shellWord(word)))
    .join(' ')
}

/** Returns the command lines of a build by hand: get the source, apply, configure, make. */
export function repeatByHand(
  identity: SourceIdentity,
  patches: readonly Patch[],
  requests: readonly Request[],
): string[] {
  const needsCheckout = patches.some((patch) => isOfProject(patch.origin))
  return [
    `# in ${needsCheckout ? 'the top directory of a checkout of gmemtest' : 'an empty directory'}; the tree comes to ./linux`,
    // GIT_DIR and the like would point git at another repository.
    'unset $(git rev-parse --local-env-vars)',
    ...identity.repeat,
    ...(patches.length === 0 ? [] : applyByHand(patches)),
    makeByHand(['tinyconfig']),
    `cat >> linux/gmemtest-objects/.config <<'END'\n${requests.map(configLine).join('\n')}\nEND`,
    makeByHand(['olddefconfig']),
    makeByHand(targets),
  ]
}

/** The targets of make: the ELF file that an instance boots, and the usual image. */
export const targets = ['vmlinux', 'bzImage'] as const

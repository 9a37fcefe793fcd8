// The provenance of a build: enough to identify the kernel under test, and to build it again by hand.
import { availableParallelism } from 'node:os'
import { isOfProject } from '../base/paths.ts'
import { configLine, type Request } from './kconfig/fragment.ts'
import { shellWord } from '../process/child.ts'
import { makeArguments } from './make.ts'
import { applyByHand } from './series/apply-by-hand.ts'
import type { Patch } from './series/patch.ts'
import type { SeriesClaims, SeriesProof } from './proof/series-proof.ts'
import type { SourceIdentity } from './source/pristine.ts'

/** The content of provenance.json, which lies beside each build. */
export interface Provenance extends SeriesProof, SeriesClaims {
  readonly definition: string
  readonly key: string
  /** The output of `uname -r`. */
  readonly release: string
  readonly source: Pick<SourceIdentity, 'kind' | 'version' | 'content' | 'facts'>
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

/** Returns the patches with the diffs that were applied: for a merged patch, what the merge changed. */
export function asApplied(patches: readonly Patch[], { patches: proven }: Pick<SeriesProof, 'patches'>): Patch[] {
  return patches.map((patch, index) => {
    const diff = proven[index]?.appliedDiff
    return diff === undefined ? patch : { ...patch, how: { kind: 'text' }, strip: 1, diff }
  })
}

/** The targets of make: the ELF file that an instance boots, and the usual image. */
export const targets = ['vmlinux', 'bzImage'] as const

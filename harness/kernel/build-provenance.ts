// The provenance of a build: enough to identify the kernel under test, and to build it again by hand.
import { availableParallelism } from 'node:os'
import { hasShape } from '../base/has-shape.ts'
import { isOfProject } from '../base/paths.ts'
import { countingVariable } from './gcov/counted-files.ts'
import type { Ingredients } from './ingredients.ts'
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

/** Returns whether the content of a provenance.json is that of a build. */
export function isProvenance(value: unknown): value is Provenance {
  return hasShape(value, { release: 'string', repeat: 'array', key: 'string' })
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
  goals: readonly string[],
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
    makeByHand(goals),
  ]
}

/** Returns the patches with the diffs that were applied: for a merged patch, what the merge changed. */
export function asApplied(patches: readonly Patch[], { patches: proven }: Pick<SeriesProof, 'patches'>): Patch[] {
  return patches.map((patch, index) => {
    const diff = proven[index]?.appliedDiff
    return diff === undefined ? patch : { ...patch, how: { kind: 'text' }, strip: 1, diff }
  })
}

/** Returns the words for make: the ELF file that an instance boots, the usual image, and the variable of a kernel that counts. */
export function goalsOf({ definition, patches }: Pick<Ingredients, 'definition' | 'patches'>): string[] {
  return [
    'vmlinux',
    'bzImage',
    ...(definition.counts === undefined ? [] : [countingVariable(definition.counts, patches)]),
  ]
}

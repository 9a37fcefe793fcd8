// What the runner runs in an instance: a batch of random sequences, or given programs.
import { CheckFailure } from '../../base/check-failure.ts'
import type { Capability } from '../../catalogue/capabilities.ts'
import type { ReadSplats } from '../../console/read-splats.ts'
import type { Observation } from '../../judge/attempt.ts'
import type { Test } from '../../run/test.ts'
import type { Dialect } from '../../uapi/dialect.ts'
import { plainProfile } from '../../vm/profile.ts'
import { failureMessages } from '../../vocabulary/memory-failure.ts'
import type { Batch } from './batches.ts'
import { fingerprintOf } from './program/model-difference.ts'
import { linesOf, type Program } from './program/fuzz-program.ts'
import type { PageSize, Subject } from './program/world.ts'
import { Bench } from './search/bench.ts'
import type { Findings, SavedFinding } from './search/findings.ts'
import type { Frontier } from './search/frontier.ts'
import type { Weights } from './search/sequences.ts'
import { messageOf, search } from './search/search-sequences.ts'

export const fuzzSuite = 'fuzz'

/** The step for which the kernel says that memory failed. */
const failPage = 'fail-page'

/** What the tests of a campaign share. */
export interface Shared {
  readonly dialect: Dialect
  readonly read: ReadSplats
  readonly findings: Findings
  /** The programs of each test, the last one last: one of them is to blame for a splat, a hang or a leak. */
  readonly ran: Map<string, Ran[]>
  readonly tally: Tally
  readonly weights?: Weights | undefined
  /** The code that programs have reached, for a campaign that it steers: the kernel must trace it. */
  readonly frontier?: Frontier | undefined
  /** The kernel with the nested VM of some instance: enough to plan programs that do not run. */
  subject?: Subject
}

/** A program that ran, and its number in its batch. */
interface Ran {
  readonly program: Program
  readonly path: number
}

/** How much a campaign has done. */
export interface Tally {
  sequences: number
  steps: number
  milliseconds: number
}

/** A file has three huge pages of 2M; those of the file before may come back late. */
const pools = { '4K': plainProfile.pools, '2M': { '2M': 8, '1G': 0 }, '1G': { '2M': 0, '1G': 1 } } as const
/** A batch may also shrink a sequence. */
const spareSeconds = 300

function subjectOf(
  pageSize: PageSize,
  capabilities: readonly Capability[],
): Pick<Test, 'suite' | 'rules' | 'bugs' | 'requires' | 'wants' | 'leavesNothing'> {
  return {
    suite: fuzzSuite,
    rules: [],
    bugs: [],
    requires: [
      'in-place-conversion',
      'private-memory',
      'binary-stats',
      ...(pageSize === '4K' ? [] : (['hugetlb'] as const)),
      ...capabilities,
    ],
    wants: { pools: pools[pageSize], boot: [] },
    leavesNothing: true,
  }
}

/** Makes the test of a batch. */
export function batchTest(batch: Batch, shared: Shared): Test {
  const { name, pageSize, seed, milliseconds = 0 } = batch
  const { dialect, read, findings, ran, tally, weights, frontier } = shared
  return {
    ...subjectOf(pageSize, frontier === undefined ? [] : ['kcov']),
    name,
    title: `random sequences on a file of ${pageSize} pages do what the model does`,
    seconds: Math.ceil(milliseconds / 1000) + spareSeconds,
    async run(instance, { signal, available, expectLog }) {
      if (pageSize === '4K') expectLog(failureMessages)
      const bench = new Bench(instance, { dialect, available, read })
      const own: Ran[] = []
      ran.set(name, own)
      shared.subject ??= await bench.subject()
      const began = performance.now()
      const result = await search(bench, {
        ...batch,
        seed,
        signal,
        weights,
        frontier,
        claim: (fingerprint) => findings.claim(fingerprint, name),
        onProgram: (program, path) => {
          own.push({ program, path })
        },
      })
      tally.sequences += result.sequences
      tally.steps += result.steps
      tally.milliseconds += performance.now() - began
      if (result.finding !== undefined) return observationOf(await findings.add(name, result.finding))
      const [known] = result.known
      if (known === undefined) return {}
      // The program is known as well.
      ran.delete(name)
      const message = `the same as in ${findings.ownerOf(known) ?? 'another batch'}: ${known}`
      return { problem: new CheckFailure(message) }
    },
  }
}

/** Makes a test of given programs, which run one after the other; `prepare` is for messages about a missing capability. */
export function programsTest(
  name: string,
  title: string,
  programs: readonly Program[],
  { dialect, read }: Pick<Shared, 'dialect' | 'read'>,
): Test {
  const sizes = programs.map(({ shape }) => shape.pageSize)
  const steps = programs.flatMap((program) => program.steps)
  return {
    ...subjectOf(sizes[0] ?? '4K', [...new Set(steps.flatMap(({ needs }) => needs ?? []))]),
    name,
    title,
    seconds: spareSeconds,
    async run(instance, { available, expectLog }) {
      if (steps.some((step) => step.name === failPage)) expectLog(failureMessages)
      const bench = new Bench(instance, { dialect, available, read })
      for (const program of programs) {
        const difference = await bench.run(program)
        if (difference === undefined) continue
        const problem = new CheckFailure(messageOf(difference), { wanted: difference.wanted, found: difference.found })
        return { problem, output: [...linesOf(program), difference.line, fingerprintOf(difference)] }
      }
      return {}
    },
  }
}

/** Returns the lines of a finding for a report. */
export function outputOf({ program, difference, seed, path, before, isConfirmed, file }: SavedFinding): string[] {
  const again = isConfirmed ? 'it showed again in a fresh nested VM' : 'it did not show again'
  return [
    ...linesOf(program),
    ...(difference === undefined ? [] : [difference.line]),
    `seed ${seed}, path ${path}; ${program.steps.length} steps of ${before}; ${again}`,
    `program: ${file}`,
  ]
}

function observationOf(finding: SavedFinding): Observation {
  const { message, difference } = finding
  const details = difference === undefined ? {} : { wanted: difference.wanted, found: difference.found }
  return { problem: new CheckFailure(message, details), output: outputOf(finding) }
}

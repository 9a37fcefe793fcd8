// The events between a run and its reports: the runner emits them, and every report is a sink that reads them.
import type { Fault } from '../base/errors.ts'
import type { Provenance } from '../kernel/build-provenance.ts'
import type { Isolation } from '../kernel/definition/definition.ts'
import type { MutantEvent } from './events/mutant-events.ts'
import type { Stamp } from './events/stamp.ts'

/** The version of the event schema: `run-started` and `mutants-started` carry it (docs/results.md). */
export const eventsVersion = 3

/** The verdict on a test, in the words of KCIDB. */
export type Verdict = 'PASS' | 'FAIL' | 'ERROR' | 'MISS' | 'SKIP'

/** The reason for which a test did not pass: enough to understand the failure without the log, and to run the test again. */
export interface Diagnostic {
  readonly message: string
  /** The rules that the test checks. */
  readonly rules: readonly string[]
  /** The last operations of the agent, oldest first, each as one readable line. */
  readonly operations: readonly string[]
  readonly wanted?: unknown
  readonly found?: unknown
  /** The place of the check that failed: `tests/scenarios/….ts:LINE`. */
  readonly at?: string
  /** The last lines of the output, when the test is a program. */
  readonly output?: readonly string[]
  /** The functions in the call trace of the splat, with file and line where these are known. */
  readonly trace?: readonly string[]
  /** The lines of the splat; without a splat, after a panic or after a hang, the last console lines of the test. */
  readonly console: readonly string[]
  /** The evidence of a hang: the tasks of the agent with their kernel stacks, the positions of the virtual CPUs. */
  readonly seen?: readonly string[]
  /** The command line that opens the memory dump, or the reason for which a wanted dump is missing. */
  readonly vmcore?: string
  /** The file in the directory of the results with the operations of the test, for `gmemtest repro`. */
  readonly program?: string
  /** The command line that runs this test alone again. */
  readonly again: string
}

/** A test point that a program has reported, with its subtests. */
export interface TestPoint {
  readonly ok: boolean
  readonly name: string
  /** TODO: the point was expected to fail. */
  readonly directive?: 'SKIP' | 'TODO'
  readonly reason?: string
  readonly points?: readonly TestPoint[]
}

/** A splat in the window of a test: enough to recognise it in another run. */
export interface SplatNote {
  /** The same for the same fault in each build of the kernel. */
  readonly fingerprint: string
  readonly kind: string
  readonly title: string
  /** Present when an allowance covers the splat: the reason. */
  readonly allowed?: string
  /** With a baseline: no test of the baseline has this splat. */
  readonly isNew?: true
}

/** The part of a suite that one of several computers runs. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number
  readonly count: number
  /** The number of tests of all shards together. */
  readonly total: number
  /** The place of each test of this shard among all of them, from 0. */
  readonly places: readonly number[]
  /** A hash of the names of all tests, and of the durations by which they were divided. */
  readonly basis: string
}

/** The facts about a test that no run changes. */
export interface TestFacts {
  /** The rules that it checks in the dialect of the kernel. */
  readonly rules: readonly string[]
  /** The known bugs that it detects. */
  readonly bugs: readonly string[]
  /** The capabilities that the kernel must have. */
  readonly needs: readonly string[]
  /** The sizes of the huge pages that it needs a pool of; empty for a test of 4K pages alone. */
  readonly pools: readonly string[]
}

/** The origin of a kernel, as reports name it. */
export type BuildFacts = Pick<
  Provenance,
  'source' | 'patches' | 'patchsetHash' | 'compiler' | 'configHash' | 'startTime' | 'seconds'
>

/** The durations of the conversions of a test, for one operation. */
export interface ConversionTime {
  /** `4K`, or `split` and `merge` with the size of the huge page: `split 2M`. */
  readonly operation: string
  readonly count: number
  /** The time in the kernel, in nanoseconds. */
  readonly median: number
  /** The 99th percentile. */
  readonly high: number
}

/**
 * - `new`: a failure that is neither in the baseline nor listed, a skip of a test that ran there, or a slow conversion;
 * - `known`: a failure that the baseline has or that a list names;
 * - `flaky`: a failure that came and went before, on one build of a kernel;
 * - `fixed`: a failure of the baseline that is gone.
 */
export type Change = 'new' | 'known' | 'flaky' | 'fixed'

export interface TestFinished extends Stamp {
  readonly type: 'test-finished'
  readonly suite: string
  readonly name: string
  /** Present with --repeat: the name of the test that this is one repetition of. */
  readonly repeats?: string
  /** Empty for a program that has no title. */
  readonly title: string
  readonly verdict: Verdict
  readonly milliseconds: number
  /** Missing in results of earlier revisions. */
  readonly about?: TestFacts
  /** Present when the cause of the failure lies before the beginning of the test: in the boot, or no instance came up. */
  readonly beforehand?: true
  /** Present after a retry: the reason for which the first try was in vain, and those for which later ones were. */
  readonly retried?: string
  /** Splats that an allowance covers, each with its reason. */
  readonly allowed?: readonly string[]
  /** All splats of the test, those of its boot and those that an allowance covers. */
  readonly splats?: readonly SplatNote[]
  /** Present with SKIP: the reason for which this kernel cannot run the test. */
  readonly reason?: string
  /** Present with FAIL, ERROR and MISS. */
  readonly diagnostic?: Diagnostic
  /** With a baseline or a list of known failures: the change against them. */
  readonly change?: Change
  /** The reason for this change, when the baseline alone does not show it: one sentence. */
  readonly because?: string
  /** The durations of its conversions of one page. */
  readonly conversions?: readonly ConversionTime[]
  /** Present when the test is a program that reports test points of its own. */
  readonly points?: readonly TestPoint[]
}

export type RunEvent =
  | {
      readonly type: 'run-started'
      readonly time: string
      readonly kernel: string
      readonly dialect: string
      readonly version: number
      readonly suite: string
      /** The names of the tests, in the order of the command line or of the alphabet. */
      readonly tests: readonly string[]
      /** Present with --repeat: the names of the tests, of which `tests` has the repetitions. */
      readonly repeated?: readonly string[]
      readonly isolation: Isolation
      /** Present when other computers run the rest of the suite. */
      readonly shard?: Shard
    }
  | (Stamp & {
      readonly type: 'kernel-ready'
      readonly key: string
      readonly release: string
      readonly cached: boolean
      readonly milliseconds: number
      /** Missing in events of version 2 and earlier. */
      readonly build?: BuildFacts
    })
  | (Stamp & {
      readonly type: 'shard-planned'
      readonly tests: readonly string[]
      /** The place of each of these tests in the order of the results of all shards, from 0. */
      readonly places: readonly number[]
    })
  | (Stamp & {
      readonly type: 'vm-ready'
      readonly accelerator: string
      readonly reason: string
      /** The boot profile: `plain`, or pools of huge pages, boot variants and memory. */
      readonly profile: string
      /** The dialect that the kernel speaks; missing when it was not required to speak one: selftests, mutants. */
      readonly dialect?: string
      /** `restored`: the instance started from the saved state of a booted one. */
      readonly origin: 'booted' | 'restored'
      /** The time from the start of QEMU until the instance was ready. */
      readonly milliseconds: number
    })
  | (Stamp & {
      /** The instance that tests shared died or may not be used any more; the next test gets a new one. */
      readonly type: 'vm-lost'
      readonly reason: string
    })
  | (Stamp & {
      readonly type: 'test-started'
      readonly suite: string
      readonly name: string
      readonly title: string
    })
  | (Stamp & {
      /**
       * Transient trouble kept a test from its end; the test runs once more in a new instance. The event comes before
       * `test-started` when the first instance did not come up.
       */
      readonly type: 'test-retried'
      readonly suite: string
      readonly name: string
      readonly reason: string
    })
  | TestFinished
  | (Stamp & {
      /** A test whose result was new ran again after the others, each time alone; no verdict changes by it. */
      readonly type: 'failure-repeated'
      readonly suite: string
      readonly name: string
      /** How often the test ran to an end, the first run not counted. */
      readonly runs: number
      /** How often its result was new again. */
      readonly failures: number
    })
  | (Stamp & {
      readonly type: 'run-finished'
      readonly milliseconds: number
      /** The number of tests with each verdict. */
      readonly verdicts: Readonly<Record<Verdict, number>>
      /** Present when the run ended early: the reason. */
      readonly aborted?: string
      /** Present when an error ended the run before its first test: the side at fault. */
      readonly fault?: Fault
      /** The exit code by the verdicts alone; interruptions and broken reports can change that of the process. */
      readonly exitCode?: number
    })

/** Every event that a report receives. */
export type ReportEvent = RunEvent | MutantEvent

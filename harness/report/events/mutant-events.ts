// The events of a campaign of mutants.
import type { Stamp } from './stamp.ts'

/** The verdict on a mutant: on a kernel with one bug on top of its series. */
export type MutantVerdict =
  /** Each scenario that the mutant names failed, by the check that the mutant names. */
  | 'KILLED'
  /** Scenarios failed, but not each that the mutant names, by the check that it names. */
  | 'UNPROVEN'
  /** No scenario failed: a scenario for this bug is missing. */
  | 'SURVIVED'
  /** The kernel does not boot. */
  | 'NO_BOOT'
  /** The patch does not apply, or the kernel does not compile. */
  | 'NOT_BUILT'
  /** No scenario killed the mutant, and some scenarios have no verdict. */
  | 'ERROR'

/** A scenario that failed because of a mutant. */
export interface Killer {
  readonly scenario: string
  /** The message of its diagnostic. */
  readonly message: string
  /** The time from the start of the boot to the failure. */
  readonly milliseconds: number
}

/** The result of one mutant. */
export interface MutantResult {
  readonly verdict: MutantVerdict
  /** The time for build, boot and scenarios together. */
  readonly milliseconds: number
  /** The scenarios in the order of their failures. Without --all, the trial ends when those that the mutant names have run. */
  readonly killers: readonly Killer[]
  /** The number of scenarios that ran. */
  readonly tried: number
  /** Present unless the mutant was killed: the reason. */
  readonly reason?: string
}

/** The events of a campaign of mutants; the events of scenarios come between those of their mutant. */
export type MutantEvent =
  | {
      readonly type: 'mutants-started'
      readonly time: string
      readonly version: number
      readonly kernel: string
      readonly mutants: readonly string[]
    }
  | (Stamp & { readonly type: 'mutant-started'; readonly name: string; readonly title: string })
  | (Stamp &
      MutantResult & {
        readonly type: 'mutant-finished'
        readonly name: string
        readonly title: string
        /** The numbers of the bug in the catalogue of known bugs, separated by commas. */
        readonly bug?: string
        /** The file of its patch. */
        readonly patch: string
        /** The command line that tries this mutant alone again. */
        readonly again: string
      })
  /** The scenarios that killed a mutant run on the kernel without a mutant, where they must pass. */
  | (Stamp & { readonly type: 'control-started'; readonly scenarios: readonly string[] })
  | (Stamp & {
      readonly type: 'control-finished'
      readonly milliseconds: number
      /** The number of scenarios that ran; 0 when no mutant was killed. */
      readonly tried: number
      /** Present when the control failed: the scenarios that do not pass, or the reason for which none could run. */
      readonly reason?: string
    })
  | (Stamp & {
      readonly type: 'mutants-finished'
      readonly milliseconds: number
      readonly verdicts: Readonly<Record<MutantVerdict, number>>
      /** Present when the campaign ended early: the reason. */
      readonly aborted?: string
    })

// The stream between a run and its reports: the runner writes it, every report is a sink that reads it.

/** How a scenario ended, in the words of KCIDB. */
export type Verdict = 'PASS' | 'FAIL' | 'ERROR' | 'MISS' | 'SKIP'

/** Why a scenario did not pass: enough to understand it without the log, and to run it again. */
export interface Diagnostic {
  readonly message: string
  /** The rules of the specification that were being checked. */
  readonly rules: readonly string[]
  /** The last operations on the agent, oldest first, each as one readable line. */
  readonly operations: readonly string[]
  readonly wanted?: unknown
  readonly found?: unknown
  /** `tests/scenarios/….ts:LINE` of the check that failed. */
  readonly at?: string
  /** The last console lines of the scenario's window. */
  readonly console: readonly string[]
  /** The command line that runs just this scenario again. */
  readonly again: string
}

export type RunEvent =
  | {
      readonly type: 'run-started'
      readonly time: string
      readonly kernel: string
      readonly dialect: string
      readonly scenarios: readonly string[]
    }
  | {
      readonly type: 'kernel-ready'
      readonly key: string
      readonly release: string
      readonly cached: boolean
      readonly milliseconds: number
    }
  | {
      readonly type: 'vm-ready'
      readonly accelerator: string
      readonly reason: string
      /** How it was booted: `plain`, or pools of huge pages and boot variants. */
      readonly profile: string
      readonly milliseconds: number
    }
  | {
      /** The virtual machine is gone or cannot be trusted any more; the next scenario gets a new one. */
      readonly type: 'vm-lost'
      readonly reason: string
    }
  | { readonly type: 'scenario-started'; readonly name: string; readonly title: string }
  | {
      readonly type: 'scenario-finished'
      readonly name: string
      readonly title: string
      readonly verdict: Verdict
      readonly milliseconds: number
      /** Present with SKIP: why this kernel cannot run it. */
      readonly reason?: string
      /** Present with FAIL, ERROR and MISS. */
      readonly diagnostic?: Diagnostic
    }
  | {
      readonly type: 'run-finished'
      readonly milliseconds: number
      /** How many scenarios ended with each verdict. */
      readonly verdicts: Readonly<Record<Verdict, number>>
      /** Present when the run ended early: no further scenario could be tried. */
      readonly aborted?: string
    }

/** A consumer of the stream. Sinks only read; one that throws fails the run but does not stop it. */
export interface Sink {
  write(event: RunEvent): void | Promise<void>
  /** Called once after the last event, also when the run was aborted. */
  close(): Promise<void>
}

// Whose fault a failure is: the class decides the exit code and the verdict, never the text.

/** Who has to act when something fails. */
export type Fault = 'usage' | 'infra' | 'build' | 'boot' | 'guest' | 'protocol'

/** The exit codes of the command line (README.md, Exit codes). */
export const exitCodes = {
  ok: 0,
  scenarioFailed: 1,
  usage: 2,
  couldNotRun: 69,
  interrupted: 130,
} as const

const exitCodeByFault = {
  usage: exitCodes.usage,
  infra: exitCodes.couldNotRun,
  build: exitCodes.couldNotRun,
  boot: exitCodes.scenarioFailed,
  guest: exitCodes.scenarioFailed,
  protocol: exitCodes.scenarioFailed,
} as const satisfies Record<Fault, number>

/** What every error may carry beside its message. */
export interface ErrorDetails extends ErrorOptions {
  /** The next step for whoever reads the message, one sentence or one command. */
  readonly hint?: string
  /** The last lines of what was seen (console, compiler output), oldest first. */
  readonly tail?: readonly string[]
  /** Whether the cause may be gone a moment later, so that a second try makes sense; it does not if not given. */
  readonly transient?: boolean
}

/** The base of all expected failures. Anything else that is thrown is a bug of the harness. */
export abstract class GmemtestError extends Error {
  abstract readonly fault: Fault
  /** A stable identifier, e.g. `KERNEL_UNKNOWN`: messages may change, codes do not. */
  readonly code: string
  readonly hint: string | undefined
  readonly tail: readonly string[]
  readonly transient: boolean

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = code
    this.hint = details.hint
    this.tail = details.tail ?? []
    this.transient = details.transient ?? false
  }
}

/** The caller asked for something that does not exist or makes no sense. */
export class UsageError extends GmemtestError {
  readonly fault = 'usage'
}

/** The machine lacks something: a package, space, a port, memory, the network. */
export class InfraError extends GmemtestError {
  readonly fault = 'infra'
}

/** The kernel or the agent could not be built from what was given. */
export class BuildError extends GmemtestError {
  readonly fault = 'build'
}

/** The kernel under test did not come up. */
export class BootError extends GmemtestError {
  readonly fault = 'boot'
}

/** The kernel under test died or misbehaved after it had come up. */
export class GuestError extends GmemtestError {
  readonly fault = 'guest'
}

/** The agent, or the channel to it, broke the protocol. */
export class ProtocolError extends GmemtestError {
  readonly fault = 'protocol'
}

/** The exit code that an error stands for; an unknown error is a bug of the harness and could not run. */
export function exitCodeOf(error: unknown): number {
  return error instanceof GmemtestError ? exitCodeByFault[error.fault] : exitCodes.couldNotRun
}

/** Text of any thrown value, for messages. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

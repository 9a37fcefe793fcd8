// The classes of errors: the class, and never the text, decides the exit code and the verdict.

/** The side at fault, which must act after a failure. */
export type Fault = 'usage' | 'infra' | 'build' | 'boot' | 'guest' | 'protocol'

/** The exit codes of the command line (README.md, Exit codes). */
export const exitCodes = {
  ok: 0,
  testFailed: 1,
  usage: 2,
  couldNotRun: 69,
  interrupted: 130,
} as const

const exitCodeByFault = {
  usage: exitCodes.usage,
  infra: exitCodes.couldNotRun,
  build: exitCodes.couldNotRun,
  boot: exitCodes.testFailed,
  guest: exitCodes.testFailed,
  protocol: exitCodes.testFailed,
} as const satisfies Record<Fault, number>

/** The optional parts of an error. */
export interface ErrorDetails extends ErrorOptions {
  /** The next step of the reader, one sentence or one command. */
  readonly hint?: string | undefined
  /** The last lines of the console or of a compiler's output, oldest first. */
  readonly tail?: readonly string[]
  /** Whether the cause may be gone a moment later, so that a second try makes sense; it does not if not given. */
  readonly transient?: boolean
}

/** The base of all expected errors. Any other thrown value is a bug of the harness. */
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

/** The user named an item that does not exist, or gave an invalid value. */
export class UsageError extends GmemtestError {
  readonly fault = 'usage'
}

/** This computer lacks a package, space, a port, memory or the network. */
export class InfraError extends GmemtestError {
  readonly fault = 'infra'
}

/** The kernel or the agent cannot be built from its sources. */
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

/** Returns the exit code for an error; an unknown error is a bug of the harness and gives `couldNotRun`. */
export function exitCodeOf(error: unknown): number {
  return error instanceof GmemtestError ? exitCodeByFault[error.fault] : exitCodes.couldNotRun
}

/** Returns the exit code for an error with this fault. */
export function exitCodeOfFault(fault: Fault): number {
  return exitCodeByFault[fault]
}

/** Returns the text of any thrown value, for messages. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Returns whether a value is an error of Node with one of these codes: `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly unknown[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(error.code)
}

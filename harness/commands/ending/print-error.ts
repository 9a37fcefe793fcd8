// Prints a failure on stderr: message, last lines of output and hint; causes and stack traces with --verbose.
import type { Writable } from 'node:stream'
import { GmemtestError, messageOf } from '../../base/errors.ts'
import { systemError } from '../../base/system-error.ts'
import { visibleText } from '../../base/visible-text.ts'

export interface PrintOptions {
  readonly output: Writable
  /** Also prints causes and stack traces. */
  readonly verbose: boolean
}

/** Returns the first error when the clean-up after it failed as well. */
export function primaryError(error: unknown): unknown {
  return error instanceof SuppressedError ? primaryError(error.suppressed) : error
}

/** Prints an error. An error that neither gmemtest nor this computer makes is reported as a bug of gmemtest. */
export function printError(thrown: unknown, options: PrintOptions): void {
  const primary = primaryError(thrown)
  const error = systemError(primary) ?? primary
  const lines = error instanceof GmemtestError ? linesOfExpected(error) : linesOfBug(error)
  if (options.verbose) {
    if (error instanceof GmemtestError) lines.push(`  code: ${error.code}`, ...stackOf(error))
    lines.push(...causesOf(error))
    if (primary !== thrown) lines.push(`  while cleaning up after it: ${messageOf(suppressing(thrown))}`)
  }
  options.output.write(`${visibleText(lines.join('\n'))}\n`)
}

/** Returns a printer that prints each message once: a full disk fails in several places, but is one failure. */
export function errorPrinter(options: PrintOptions): (thrown: unknown) => void {
  const printed = new Set<string>()
  return (thrown) => {
    const message = messageOf(primaryError(thrown))
    if (!printed.has(message)) printError(thrown, options)
    printed.add(message)
  }
}

function linesOfExpected(error: GmemtestError): string[] {
  return [
    `gmemtest: ${error.message}`,
    ...error.tail.map((line) => `  | ${line}`),
    ...(error.hint === undefined ? [] : [`  hint: ${error.hint}`]),
  ]
}

function linesOfBug(error: unknown): string[] {
  return [
    `gmemtest: internal error: ${messageOf(error)}`,
    ...stackOf(error),
    '  This is a bug of gmemtest, not of the kernel under test: please report it with the lines above.',
  ]
}

function stackOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => `  ${line.trim()}`)
}

function causesOf(error: unknown): string[] {
  const lines: string[] = []
  const seen = new Set<unknown>([error])
  let cause = error instanceof Error ? error.cause : undefined
  while (cause !== undefined && !seen.has(cause)) {
    seen.add(cause)
    lines.push(`  caused by: ${messageOf(cause)}`, ...stackOf(cause))
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return lines
}

function suppressing(error: unknown): unknown {
  return error instanceof SuppressedError ? error.error : error
}

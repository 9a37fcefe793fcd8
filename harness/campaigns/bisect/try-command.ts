// Tests a kernel with a command of the user, which obeys the convention of `git bisect run`.
import { BuildError, InfraError, UsageError } from '../../base/errors.ts'
import { run, type CommandResult } from '../../process/run-program.ts'
import type { Trial } from './trial.ts'

interface TriedCommand {
  /** A line for the shell. */
  readonly command: string
  /** Builds the kernel, and returns the environment of the command, which names the kernel. */
  readonly build: () => Promise<Readonly<Record<string, string>>>
  readonly logFile: string
  readonly signal: AbortSignal
}

const hours = 6
const skips = 125
/** From here on, shells mean that a command does not exist or cannot be started, and a signal has ended it. */
const mostBad = 125

/**
 * Builds a kernel and runs the command in a shell: 0 is good, 125 is skip, 1 to 124 are bad. Its output goes to the log file.
 * @throws {UsageError} BISECT_COMMAND for another exit code: such a command judges no kernel
 * @throws {InfraError} BISECT_COMMAND when the command does not end
 */
export async function tryCommand({ command, build, logFile, signal }: TriedCommand): Promise<Trial> {
  let env: Readonly<Record<string, string>>
  try {
    env = await build()
  } catch (error) {
    if (error instanceof BuildError) return { kind: 'not-built', message: error.message }
    throw error
  }
  const result = await run('/bin/sh', ['-c', command], {
    signal,
    env,
    logFile,
    timeout: hours * 3_600_000,
    endsGroup: true,
  })
  const { exitCode } = result
  const text = `'${command}' ended with ${exitCode}`
  if (exitCode === 0) return { kind: 'passed', message: text }
  if (exitCode === skips) return { kind: 'lacking', message: text }
  if (exitCode !== undefined && exitCode < mostBad) return { kind: 'failed', message: text }
  throw refusal(command, result, logFile)
}

function refusal(command: string, { exitCode, signal, timedOut }: CommandResult, logFile: string): Error {
  const hint = `its output is in ${logFile}; the same command goes on with the kernels that have a result`
  if (timedOut) {
    return new InfraError('BISECT_COMMAND', `'${command}' did not end within ${hours} hours`, {
      hint: `limit it with timeout(1), and end with 125 to skip the kernel or with 1 to call it bad; ${hint}`,
    })
  }
  const how = exitCode === undefined ? `was ended by ${signal ?? 'a signal'}` : `ended with ${exitCode}`
  return new UsageError('BISECT_COMMAND', `'${command}' ${how}: that judges no kernel`, {
    hint: `end with 0 for good, 1 to 124 for bad, 125 to skip; ${hint}`,
  })
}

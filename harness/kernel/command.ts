// Commands with a clean environment: the user's settings cannot change a build.
import { withCleanEnvironment } from '../process/environment.ts'
import { commandMissing, run, type CommandResult, type RunOptions } from '../process/run-program.ts'
import type { GmemtestError } from '../base/errors.ts'
import { noSpaceError } from '../cache/space.ts'

type AttemptOptions = Pick<RunOptions, 'signal' | 'cwd' | 'env' | 'input' | 'encoding'> & {
  /** Milliseconds; default ten minutes. */
  readonly timeout?: number
}

export type CommandOptions = AttemptOptions & {
  /** The purpose of the command, for messages: "unpacking the source". */
  readonly stage: string
}

const tenMinutes = 600_000

/**
 * Runs a command in a clean environment. A failure of the command is a result, not an exception.
 * @throws {InfraError} COMMAND_MISSING when the program does not exist
 */
export async function attempt(
  command: string,
  args: readonly string[],
  { env, timeout = tenMinutes, ...options }: AttemptOptions,
): Promise<CommandResult> {
  const [file, wrapped] = withCleanEnvironment(command, args, env)
  const result = await run(file, wrapped, { ...options, timeout })
  // env(1) sets the environment, and ends with 127 for a program that does not exist.
  if (result.exitCode === 127 && result.stderr.startsWith('env: ')) throw commandMissing(command)
  return result
}

/**
 * Runs a command in a clean environment and returns its output.
 * @throws {InfraError} NO_SPACE when the command reports a full disk
 * @throws the error that `failed` returns, for any other failure
 */
export async function succeed(
  command: string,
  args: readonly string[],
  { stage, ...options }: CommandOptions,
  failed: (result: CommandResult) => GmemtestError,
): Promise<string> {
  const result = await attempt(command, args, options)
  if (result.exitCode === 0) return result.stdout
  throw noSpaceError(result.stderr, stage) ?? failed(result)
}

/** Returns the last lines of the output of a command, for the tail of an error. */
export function lastLines(result: CommandResult, count = 15): string[] {
  const text = result.stderr === '' ? result.stdout : result.stderr
  const lines = text.split('\n').filter((line) => line !== '')
  return result.timedOut ? [...lines.slice(-count), 'it took too long and was stopped'] : lines.slice(-count)
}

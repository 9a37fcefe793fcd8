// The one wrapper round execa: every child has a deadline, a log and an owner, and dies with the harness.
import { InfraError } from '../base/errors.ts'

/** What became of a command that was started, whether it succeeded or not. */
export interface CommandResult {
  /** A line that can be pasted into a shell. */
  readonly command: string
  /** Missing when a signal ended it. */
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly timedOut: boolean
  readonly stdout: string
  readonly stderr: string
  readonly milliseconds: number
}

export interface RunOptions {
  readonly signal: AbortSignal
  /** The deadline, in milliseconds. */
  readonly timeout: number
  readonly cwd?: string
  /** Added to the environment of the harness. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  /** Called with each line of stdout and stderr as it comes. */
  readonly onLine?: (line: string) => void
  /** Also append stdout and stderr to this file. */
  readonly logFile?: string
  /** What the command gets when the harness dies; TERM for one that has children to stop. Default KILL. */
  readonly deathSignal?: 'KILL' | 'TERM'
}

// The signal is lost if the harness died before it was asked for: then the child has another parent by now.
const unlessOrphaned = 'test "$PPID" = "$0" && exec "$@"'

/**
 * Arguments that make `command` die when the harness does, however the harness dies.
 * The parent-death signal is a property of the kernel, so it also covers SIGKILL.
 * TERM suits programs that have children of their own to stop, such as make.
 */
export function dieWithHarness(
  command: string,
  args: readonly string[],
  deathSignal: 'KILL' | 'TERM' = 'KILL',
): [file: string, args: string[]] {
  const guarded = ['/bin/sh', '-c', unlessOrphaned, String(process.pid), command, ...args]
  return ['setpriv', ['--pdeathsig', deathSignal, '--', ...guarded]]
}

/** Whether a command of `dieWithHarness` ended because there is no such program. */
export function isMissing(exitCode: number | undefined, stderr: string): boolean {
  return exitCode === 127 && /\bexec: .*: not found/.test(stderr)
}

async function forEachLine(
  child: { iterable: (options: { from: 'all'; binary: false }) => AsyncIterable<string> },
  onLine: (line: string) => void,
): Promise<void> {
  for await (const line of child.iterable({ from: 'all', binary: false })) onLine(line)
}

/**
 * Runs a command to its end and returns what happened; a failing command is a result, not an exception.
 * @throws {InfraError} COMMAND_MISSING when there is no such program
 * @throws the abort reason when `signal` fires
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<CommandResult> {
  // Loaded late: a run that finds everything cached starts no command, and need not wait 80 ms for execa.
  const { execa } = await import('execa')
  const [file, wrapped] = dieWithHarness(command, args, options.deathSignal)
  const child = execa(file, wrapped, {
    cancelSignal: options.signal,
    forceKillAfterDelay: 2000,
    timeout: options.timeout,
    stripFinalNewline: true,
    reject: false,
    stdin: options.input === undefined ? 'ignore' : 'pipe',
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    stdout: options.logFile === undefined ? 'pipe' : ['pipe', { file: options.logFile, append: true }],
    stderr: options.logFile === undefined ? 'pipe' : ['pipe', { file: options.logFile, append: true }],
    all: true,
  })
  const lines = options.onLine === undefined ? undefined : forEachLine(child, options.onLine)
  const result = await child
  await lines
  options.signal.throwIfAborted()
  if (result.code === 'ENOENT' || isMissing(result.exitCode, result.stderr)) {
    throw new InfraError('COMMAND_MISSING', `${command} is not installed`, {
      hint: 'gmemtest doctor says what is missing and how to install it',
    })
  }
  return {
    command: result.escapedCommand,
    exitCode: result.exitCode,
    signal: result.signal,
    timedOut: result.timedOut,
    stdout: result.stdout,
    stderr: result.stderr,
    milliseconds: result.durationMs,
  }
}

// The only caller of execa: every child has a deadline, a log and an owner, and dies with the harness.
import { hasCode, InfraError } from '../base/errors.ts'

/** The result of a command, successful or not. */
export interface CommandResult {
  /** A command line to paste into a shell. */
  readonly command: string
  /** Missing when a signal ended it. */
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly timedOut: boolean
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly signal: AbortSignal
  /** The deadline, in milliseconds. */
  readonly timeout: number
  readonly cwd?: string
  /** Added to the environment of the harness. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  /** How stdout and stderr are decoded; `latin1` keeps each byte as one character. Default UTF-8. */
  readonly encoding?: 'utf8' | 'latin1'
  /** Called with each line of stdout and stderr as soon as it is complete. */
  readonly onLine?: (line: string) => void
  /** Also append stdout and stderr to this file. */
  readonly logFile?: string
  /** The signal to the command when the harness dies; TERM for a command that must stop its children. Default KILL. */
  readonly deathSignal?: 'KILL' | 'TERM'
  /** With the command, end all that it has started and left: what holds its output would be waited for without a deadline. */
  readonly endsGroup?: true
}

// A harness that dies before the child asks for the signal never causes it: the child then has another parent already.
const unlessOrphaned = 'test "$PPID" = "$0" && exec "$@"'

/**
 * Returns a command line that runs `command` and ends it when the harness dies. The kernel sends the parent-death signal,
 * so it works after SIGKILL too. TERM suits programs that must stop their own children, such as make.
 */
export function dieWithHarness(
  command: string,
  args: readonly string[],
  deathSignal: 'KILL' | 'TERM' = 'KILL',
): [file: string, args: string[]] {
  const guarded = ['/bin/sh', '-c', unlessOrphaned, String(process.pid), command, ...args]
  return ['setpriv', ['--pdeathsig', deathSignal, '--', ...guarded]]
}

/** Returns whether a command of `dieWithHarness` ended because the program does not exist. */
export function isMissing(exitCode: number | undefined, stderr: string): boolean {
  return exitCode === 127 && /\bexec: .*: not found/.test(stderr)
}

/** Returns the error for a program that does not exist. */
export function commandMissing(command: string): InfraError {
  return new InfraError('COMMAND_MISSING', `${command} is not installed`, {
    hint: "run 'gmemtest doctor': it lists the missing programs and how to install them",
  })
}

/** Kills the process group of a child that led it. */
function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL')
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error
  }
}

/**
 * Runs a command to its end. A failure of the command is a result, not an exception.
 * @throws {InfraError} COMMAND_MISSING when the program does not exist
 * @throws the abort reason when `signal` fires
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<CommandResult> {
  // Imported late: execa takes 80 ms to load, and a run with a warm cache starts no command.
  const { execa } = await import('execa')
  const { signal, onLine, logFile, deathSignal, endsGroup, encoding = 'utf8', ...others } = options
  const [file, wrapped] = dieWithHarness(command, args, deathSignal)
  const child = execa(file, wrapped, {
    ...others,
    encoding,
    cancelSignal: signal,
    forceKillAfterDelay: 2000,
    reject: false,
    stdin: others.input === undefined ? 'ignore' : 'pipe',
    stdout: logFile === undefined ? 'pipe' : ['pipe', { file: logFile, append: true }],
    stderr: logFile === undefined ? 'pipe' : ['pipe', { file: logFile, append: true }],
    all: true,
    ...(endsGroup === true ? { detached: true } : {}),
  })
  if (endsGroup === true) child.nodeChildProcess.once('exit', () => endGroup(child.pid))
  const lines = onLine === undefined ? [] : child.iterable({ from: 'all', binary: false })
  for await (const line of lines) onLine?.(typeof line === 'string' ? line : Buffer.from(line).toString('latin1'))
  const result = await child
  signal.throwIfAborted()
  if (result.code === 'ENOENT' || isMissing(result.exitCode, result.stderr)) {
    throw commandMissing(command)
  }
  return {
    command: result.escapedCommand,
    exitCode: result.exitCode,
    signal: result.signal,
    timedOut: result.timedOut,
    stdout: result.stdout,
    stderr: result.stderr,
  }
}

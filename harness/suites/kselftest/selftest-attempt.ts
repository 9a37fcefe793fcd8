// One program of the kernel's selftests in a booted machine: pushed, run under a deadline, its window on the console kept.
import { DeadlineExceeded, withDeadline } from '../../base/deadline.ts'
import { GuestError, ProtocolError } from '../../base/errors.ts'
import { fullName } from '../../kernel/definition/selftest-name.ts'
import type { SelftestName } from '../../kernel/definition/selftest-name.ts'
import { findSplats } from '../../console/find-splats.ts'
import type { Splat } from '../../console/find-splats.ts'
import { lastWords } from '../../instance/last-words.ts'
import type { Instance } from '../../instance/instance.ts'
import type { SshSession } from '../../ssh/session.ts'
import type { VmDeath } from '../../vm/vm.ts'
import type { ProgramEnd } from './program.ts'

/** A machine that can be logged in to. */
export interface SelftestInstance extends Instance {
  readonly session: SshSession
}

/** A program that can be run. */
export interface RunnableSelftest extends SelftestName {
  /** The static program on this machine. */
  readonly program: string
  /** How long it may take where instructions are not emulated, in seconds. */
  readonly timeout: number
}

/** What became of a program, before anybody judges it. */
export interface SelftestAttempt {
  /** Missing when it was not run to its end, or to its deadline. */
  readonly end?: ProgramEnd
  /** Why it was not. */
  readonly thrown?: { readonly value: unknown }
  readonly death?: VmDeath
  /** Whether the console has shown all of the window. */
  readonly recovered: boolean
  /** How many lines of the console were forgotten before anybody looked at them. */
  readonly unseen: number
  /** What the kernel complained about in its window. */
  readonly splats: readonly Splat[]
  /** What it complained about before its beginning, as far as nobody has looked at that. */
  readonly earlierSplats: readonly Splat[]
  /** The console lines from its beginning to its end, without the markers. */
  readonly console: readonly string[]
  /** Where on the console the window of the next program begins. */
  readonly nextWindow: number
  readonly milliseconds: number
}

const directory = '/tmp/kselftest'
const pushMilliseconds = 15_000
const markerMilliseconds = 2000
// As much as anybody reads of a program that floods.
const outputLimit = 4 * 2 ** 20

interface AttemptOptions {
  readonly signal: AbortSignal
  /** The position on the console from which on nobody has looked yet: windows leave no gaps. */
  readonly since: number
  /**
   * Called at most once, when the program is about to begin, with what the kernel has complained about since `since`.
   * What it throws is the end of this test.
   */
  readonly onBegun: (late: readonly Splat[]) => Promise<void>
}

/**
 * Runs the program to its end, whatever that is.
 * @throws the reason of `signal` when the run is called off
 */
export async function attemptSelftest(
  test: RunnableSelftest,
  instance: SelftestInstance,
  options: AttemptOptions,
): Promise<SelftestAttempt> {
  const { signal, since, onBegun } = options
  const started = performance.now()
  const name = fullName(test)
  let death: VmDeath | undefined
  let thrown: { readonly value: unknown } | undefined
  let end: ProgramEnd | undefined
  let recovered = false

  const died = instance.died.then((how): never => {
    death = how
    throw new ProtocolError('VM_DIED', 'the virtual machine died')
  })
  died.catch(() => undefined)
  const begins = async (): Promise<void> => {
    // What goes on after that in vain begins nothing.
    if (death !== undefined) return died
    return onBegun(findSplats(before(name, instance.console.since(since))))
  }
  try {
    end = await Promise.race([runProgram(test, instance, { signal, begins }), died])
    if (end.timedOut === undefined) {
      await Promise.race([mark(instance, endOf(name), signal), died])
      recovered = true
    }
  } catch (value) {
    signal.throwIfAborted()
    thrown = { value }
  }
  if (death === undefined && !recovered) death = await lastWords(instance, signal)
  const window = instance.console.since(since)
  const earlier = before(name, window)
  const own = window.slice(earlier.length)
  return {
    ...(end === undefined ? {} : { end }),
    ...(thrown === undefined ? {} : { thrown }),
    ...(death === undefined ? {} : { death }),
    recovered,
    unseen: instance.console.forgottenSince(since),
    // With the markers: on such a line, there may be a piece of what the kernel said at the same time.
    splats: findSplats(own),
    earlierSplats: findSplats(earlier),
    console: own.filter((line) => !line.includes(markerPrefix)),
    nextWindow: instance.console.mark(),
    milliseconds: performance.now() - started,
  }
}

async function runProgram(
  test: RunnableSelftest,
  instance: SelftestInstance,
  { signal, begins }: { readonly signal: AbortSignal; readonly begins: () => Promise<void> },
): Promise<ProgramEnd> {
  const { session, accelerator } = instance
  const limit = { signal, timeout: pushMilliseconds * accelerator.timeFactor }
  const remote = `${directory}/${test.target}/${test.test}`
  const made = await session.exec(`mkdir -p '${directory}/${test.target}'`, limit)
  if (made.exitCode !== 0) throw new GuestError('PUSH_FAILED', `mkdir in the guest: ${made.stderr}`)
  await session.push(test.program, remote, { mode: 0o755, ...limit })
  await mark(instance, beginOf(fullName(test)), signal)
  await begins()
  const said = { stdout: new Said(), stderr: new Said() }
  const texts = (): Pick<ProgramEnd, 'stdout' | 'stderr'> => ({
    stdout: said.stdout.text(),
    stderr: said.stderr.text(),
  })
  const seconds = Math.round(test.timeout * accelerator.timeFactor)
  try {
    // As its only command, the program replaces the shell: a signal that ends it is seen as one.
    const { exitCode, signal: ended } = await session.exec(`cd '${directory}' && exec '${remote}'`, {
      signal,
      timeout: seconds * 1000,
      onOutput: (stream, chunk) => said[stream].add(chunk),
    })
    return { exitCode, signal: ended, ...texts() }
  } catch (error) {
    if (!(error instanceof GuestError && error.cause instanceof DeadlineExceeded)) throw error
    return { exitCode: undefined, signal: undefined, timedOut: seconds, ...texts() }
  }
}

/** The beginning of what a stream says. */
class Said {
  readonly #chunks: Buffer[] = []
  #size = 0

  add(chunk: Buffer): void {
    if (this.#size < outputLimit) this.#chunks.push(chunk.subarray(0, outputLimit - this.#size))
    this.#size += chunk.length
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString()
  }
}

// As for scenarios: what reads consoles knows these lines.
const markerPrefix = 'gmemtest: scenario'

function beginOf(name: string): string {
  return `${markerPrefix} ${name} begins`
}

function endOf(name: string): string {
  return `${markerPrefix} ${name} ended`
}

/** The lines before the test's own first marker; none when it is not among them. */
function before(name: string, lines: readonly string[]): readonly string[] {
  const begin = lines.findIndex((line) => line.includes(beginOf(name)))
  return lines.slice(0, Math.max(0, begin))
}

/** Writes a line to the kernel's log and waits for it on the console: all that was printed before it has been read then. */
async function mark(instance: SelftestInstance, text: string, signal: AbortSignal): Promise<void> {
  const seen = Promise.withResolvers<void>()
  using watch = instance.console.onLine((line) => (line.includes(text) ? seen.resolve() : undefined))
  void watch
  const milliseconds = markerMilliseconds * instance.accelerator.timeFactor
  try {
    await withDeadline({ stage: 'the marker', milliseconds, signal }, async (within) => {
      // Level 0 is shown on the console whatever its log level is.
      const command = `echo '<0>${text}' >/dev/kmsg`
      const { exitCode, stderr } = await instance.session.exec(command, {
        signal: within,
        timeout: milliseconds,
      })
      if (exitCode !== 0) throw new ProtocolError('CONSOLE_SILENT', `cannot write to /dev/kmsg: ${stderr}`)
      await seen.promise
    })
  } catch (cause) {
    signal.throwIfAborted()
    if (cause instanceof ProtocolError) throw cause
    const message = 'the console does not show what is written to it, so its silence proves nothing'
    throw new ProtocolError('CONSOLE_SILENT', message, { cause })
  }
}

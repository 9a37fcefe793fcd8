// Makes tests of the kernel's selftest programs: each is pushed into the instance and run within a deadline.
import { DeadlineExceeded } from '../../base/deadline.ts'
import { GmemtestError, GuestError, ProtocolError } from '../../base/errors.ts'
import { bytes } from '../../base/units.ts'
import type { Instance } from '../../instance/instance.ts'
import type { Observation } from '../../judge/attempt.ts'
import { fullName } from '../../kernel/definition/selftest-name.ts'
import type { BrokenSelftest, Selftest } from '../../kernel/selftests.ts'
import type { Test } from '../../run/test.ts'
import { plainProfile } from '../../vm/profile.ts'
import { CheckFailure } from '../../base/check-failure.ts'
import { sayingOf, type ProgramEnd } from './program.ts'

/** The name of the suite in the events. */
export const selftestSuite = 'kselftest'

const directory = '/tmp/kselftest'
const pushSeconds = 15
// The programs create VMs that have memory of their own, and some fill it.
const memory = bytes(2 * 2 ** 30)
// Enough for a reader, when a program floods its output.
const outputLimit = 4 * 2 ** 20
const outputLines = 30

/** Makes the test of a program; the test of a program that was not built is refused. */
export function selftestTest(selftest: Selftest | BrokenSelftest): Test {
  const common = {
    suite: selftestSuite,
    name: fullName(selftest),
    title: '',
    rules: [],
    bugs: [],
    requires: [],
    wants: { pools: plainProfile.pools, boot: [], memory },
    // The authors of selftests do not promise to leave the kernel log and the counters as they were.
    leavesNothing: false,
  }
  if ('error' in selftest) {
    const { error } = selftest
    return { ...common, seconds: 0, refusal: error, run: () => Promise.reject(error) }
  }
  return {
    ...common,
    seconds: selftest.timeout + 2 * pushSeconds,
    prepare: (instance, signal) => pushProgram(selftest, instance, signal),
    async run(instance, { signal }) {
      try {
        return observationOf(await runProgram(selftest, instance, signal), selftest.test)
      } catch (problem) {
        signal.throwIfAborted()
        if (!(problem instanceof GmemtestError)) throw problem
        // The program may still run, and its session may be of no use to the next one.
        return { problem, output: [], isTainted: true }
      }
    },
  }
}

function remoteOf({ target, test }: Selftest): string {
  return `${directory}/${target}/${test}`
}

async function pushProgram(selftest: Selftest, { session, accelerator }: Instance, signal: AbortSignal): Promise<void> {
  const { target, program } = selftest
  const limit = { signal, timeout: accelerator.patience.for(pushSeconds * 1000) }
  const made = await session.exec(`mkdir -p '${directory}/${target}'`, limit)
  if (made.exitCode !== 0) {
    throw new GuestError('PUSH_FAILED', `mkdir ${directory}/${target} in the instance failed: ${made.stderr}`)
  }
  await session.push(program, remoteOf(selftest), { mode: 0o755, ...limit })
}

async function runProgram(
  selftest: Selftest,
  { session, accelerator }: Instance,
  signal: AbortSignal,
): Promise<ProgramEnd> {
  const said = { stdout: new Said(), stderr: new Said() }
  const texts = (): Pick<ProgramEnd, 'stdout' | 'stderr'> => ({
    stdout: said.stdout.text(),
    stderr: said.stderr.text(),
  })
  const seconds = accelerator.patience.for(selftest.timeout)
  try {
    // As its only command, the program replaces the shell: a signal that ends it is seen as one.
    const { exitCode, signal: ended } = await session.exec(`cd '${directory}' && exec '${remoteOf(selftest)}'`, {
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

/** The beginning of an output stream. */
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

function observationOf(end: ProgramEnd, program: string): Observation {
  const { verdict, message, at, points } = sayingOf(end)
  const lines = [end.stdout, end.stderr].flatMap((text) => text.split(/\r?\n/))
  const common = {
    points,
    output: lines.filter((line) => line !== '').slice(-outputLines),
    ...(at === undefined ? {} : { at }),
    ...(end.timedOut === undefined ? {} : { unfinished: program }),
  }
  switch (verdict) {
    case 'pass':
      return common
    case 'skip':
      return { ...common, skipped: message }
    // A program that failed may have left processes and files.
    case 'fail':
      return { ...common, isTainted: true, problem: new CheckFailure(message) }
    case 'broken':
      return { ...common, isTainted: true, problem: new ProtocolError('SELFTEST_BROKEN', message) }
    default:
      return verdict satisfies never
  }
}

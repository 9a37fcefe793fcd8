// What was run, on what, by what: enough to understand the results later and elsewhere.
import { arch, cpus, release, totalmem } from 'node:os'
import { run } from '../process/run-program.ts'
import { exitCodes } from '../base/errors.ts'
import { inProject } from '../base/paths.ts'
import { qemu } from '../vm/arguments.ts'
import { writeProvenance } from '../report/results-directory.ts'
import type { Job } from './job.ts'
import type { InstanceParts } from '../instance/instance-options.ts'

/** What of a run goes into its record. */
type Recorded = Pick<Job, 'directory' | 'started' | 'accelerator'>

const commandMilliseconds = 5000

/**
 * Writes provenance.json whenever it is called; `qemuCommands` are how the machines were started, in their order. A fact that
 * cannot be found out is missing in it; that does not fail the run.
 */
export function recorderOf(
  parts: Pick<InstanceParts, 'kernel'>,
  job: Recorded,
): (qemuCommands: readonly string[]) => Promise<void> {
  let asked: Promise<readonly [string | undefined, Checkout]> | undefined
  return async (qemuCommands) => {
    asked ??= Promise.all([said(qemu, ['--version']), checkout()])
    const [qemuVersion, gmemtest] = await asked
    await writeProvenance(job.directory, {
      startTime: job.started.toISOString(),
      commandLine: process.argv.slice(2),
      gmemtest,
      kernel: parts.kernel.provenance,
      accelerator: { name: job.accelerator.name, reason: job.accelerator.reason },
      qemu: { version: qemuVersion?.split('\n')[0], commands: qemuCommands },
      host: {
        kernel: release(),
        architecture: arch(),
        processor: cpus()[0]?.model,
        processors: cpus().length,
        memory: totalmem(),
        node: process.version,
      },
    })
  }
}

/** Of gmemtest itself, as far as git knows. */
interface Checkout {
  readonly revision: string | undefined
  readonly modified: boolean | undefined
}

async function checkout(): Promise<Checkout> {
  const status = await said('git', ['-C', inProject(), 'status', '--porcelain=v2', '--branch'])
  if (status !== undefined) return checkoutOf(status)
  // It says nothing when it cannot read all that has to be compared, or not in time.
  return { revision: await said('git', ['-C', inProject(), 'rev-parse', 'HEAD']), modified: undefined }
}

/** What `git status --porcelain=v2 --branch` has said. */
export function checkoutOf(status: string): Checkout {
  return {
    // Until the first commit, it says (initial) instead.
    revision: /^# branch\.oid ([0-9a-f]+)$/m.exec(status)?.[1],
    modified: /^[^#]/m.test(status),
  }
}

/** The record of one run, written again with each machine that is started. Disposing of it waits for what is under way. */
export class RunRecord implements AsyncDisposable {
  readonly #write: (qemuCommands: readonly string[]) => Promise<void>
  readonly #onFailure: (error: unknown) => void
  #isWritten = true
  #isHeldBack = false
  #pending: readonly string[] | undefined
  #last: Promise<void> = Promise.resolve()

  /** `onFailure` hears at once of a write that failed; the run goes on. */
  constructor(
    write: (qemuCommands: readonly string[]) => Promise<void>,
    onFailure: (error: unknown) => void,
  ) {
    this.#write = write
    this.#onFailure = onFailure
  }

  /** Writes it once more, with the command lines so far. */
  update(qemuCommands: readonly string[]): void {
    this.#pending = [...qemuCommands]
    if (!this.#isHeldBack) this.#flush()
  }

  /** Nothing is written until it is released, or ends: a start has not got the tenth of a second that it takes. */
  holdBack(): void {
    this.#isHeldBack = true
  }

  /** Writes what there is to write, and from now on at once. */
  release(): void {
    this.#isHeldBack = false
    this.#flush()
  }

  #flush(): void {
    const commands = this.#pending
    if (commands === undefined) return
    this.#pending = undefined
    this.#last = this.#last.then(() => this.#attempt(commands))
  }

  /** What a run with this exit code is worth: `ok` is `couldNotRun` when the last write failed. Never rejects. */
  async exitCode(exitCode: number): Promise<number> {
    this.release()
    await this.#last
    return exitCode === exitCodes.ok && !this.#isWritten ? exitCodes.couldNotRun : exitCode
  }

  async #attempt(commands: readonly string[]): Promise<void> {
    try {
      await this.#write(commands)
      this.#isWritten = true
    } catch (error) {
      this.#isWritten = false
      this.#onFailure(error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release()
    await this.#last
  }
}

/** What a command says; nothing when it fails or is not there. */
async function said(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const result = await run(command, args, {
      // Also after an interrupt: these take a few milliseconds.
      signal: new AbortController().signal,
      timeout: commandMilliseconds,
    })
    return result.exitCode === 0 ? result.stdout : undefined
  } catch {
    return undefined
  }
}

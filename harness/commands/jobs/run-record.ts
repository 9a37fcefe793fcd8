// The record of a run, provenance.json: enough to understand the results later on another computer.
import { arch, cpus, release, totalmem } from 'node:os'
import path from 'node:path'
import { withCleanEnvironment } from '../../process/environment.ts'
import { run } from '../../process/run-program.ts'
import { exitCodes } from '../../base/errors.ts'
import { inProject } from '../../base/paths.ts'
import { qemu } from '../../vm/arguments.ts'
import { writeProvenance } from '../../report/results-directory.ts'
import type { Job } from './job.ts'
import type { InstanceParts } from '../../instance/instance-options.ts'

const commandMilliseconds = 5000

/** Makes the record of a job. A fact that cannot be determined is missing in the file, and does not fail the run. */
export function recordOf({ kernel }: Pick<InstanceParts, 'kernel'>, job: Job): RunRecord {
  let asked: Promise<readonly [string | undefined, Checkout]> | undefined
  const write = async (qemuCommands: readonly string[]): Promise<void> => {
    asked ??= Promise.all([said(qemu, ['--version']), askCheckout(inProject())])
    const [qemuVersion, gmemtest] = await asked
    await writeProvenance(job.directory, {
      startTime: job.started.toISOString(),
      commandLine: process.argv.slice(2),
      gmemtest,
      kernel: kernel.provenance,
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
  return new RunRecord(write, job.context.printError)
}

/** The checkout of gmemtest itself, as far as git knows. */
interface Checkout {
  readonly revision: string | undefined
  readonly modified: boolean | undefined
}

/** Asks git about a checkout, also one of another user; a repository around the checkout does not count. */
export async function askCheckout(directory: string): Promise<Checkout> {
  const here = ['--no-optional-locks', '-c', 'safe.directory=*', '-C', directory]
  const git = async (...args: string[]): Promise<string | undefined> =>
    said('git', [...here, ...args], { GIT_CEILING_DIRECTORIES: path.dirname(directory) })
  const status = await git('status', '--porcelain=v2', '--branch')
  if (status !== undefined) return checkoutOf(status)
  // git status fails when it cannot read a file, or not in time.
  return { revision: await git('rev-parse', 'HEAD'), modified: undefined }
}

/** Parses the output of `git status --porcelain=v2 --branch`. */
export function checkoutOf(status: string): Checkout {
  return {
    // Before the first commit, the value is (initial).
    revision: /^# branch\.oid ([0-9a-f]+)$/m.exec(status)?.[1],
    modified: /^[^#]/m.test(status),
  }
}

/** The record of one run, written again for each new command line of QEMU. Disposal waits for the last write. */
export class RunRecord implements AsyncDisposable {
  readonly #write: (qemuCommands: readonly string[]) => Promise<void>
  readonly #onFailure: (error: unknown) => void
  #isWritten = true
  #isHeldBack = false
  #pending: readonly string[] | undefined
  #last: Promise<void> = Promise.resolve()

  /** `write` receives the command lines of QEMU in their order; `onFailure` is called at once when it fails. */
  constructor(write: (qemuCommands: readonly string[]) => Promise<void>, onFailure: (error: unknown) => void) {
    this.#write = write
    this.#onFailure = onFailure
  }

  /** Writes the record once more, with the command lines so far. */
  update(qemuCommands: readonly string[]): void {
    this.#pending = [...qemuCommands]
    if (!this.#isHeldBack) this.#flush()
  }

  /** Delays writes until `release` or disposal: a write takes a tenth of a second, which would delay the first test. */
  holdBack(): void {
    this.#isHeldBack = true
  }

  /** Writes a delayed record; later updates are written at once. */
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

  /** Returns the exit code of a run: `couldNotRun` instead of `ok` when the last write failed. Never rejects. */
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

/** Returns the output of a command; undefined when the command fails or is missing. */
async function said(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  try {
    // GIT_DIR would name another repository.
    const [file, wrapped] = withCleanEnvironment(command, args, env)
    const result = await run(file, wrapped, {
      // Also after an interrupt: these take a few milliseconds.
      signal: new AbortController().signal,
      timeout: commandMilliseconds,
    })
    return result.exitCode === 0 ? result.stdout : undefined
  } catch {
    return undefined
  }
}

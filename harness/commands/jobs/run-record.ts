// The record of a run, provenance.json: enough to understand the results later on another computer.
import { arch, cpus, release, totalmem } from 'node:os'
import { said } from '../../process/said.ts'
import { exitCodes } from '../../base/errors.ts'
import { qemu } from '../../vm/arguments.ts'
import { writeProvenance } from '../../report/results-directory.ts'
import { ownRevision, type Revision } from '../helping/own-version.ts'
import type { Job } from './job.ts'
import type { InstanceParts } from '../../instance/instance-options.ts'

/** Makes the record of a job. A fact that cannot be determined is missing in the file, and does not fail the run. */
export function recordOf({ kernel }: Pick<InstanceParts, 'kernel'>, job: Job): RunRecord {
  let asked: Promise<readonly [string | undefined, Revision]> | undefined
  const write = async (qemuCommands: readonly string[]): Promise<void> => {
    asked ??= Promise.all([said(qemu, ['--version']), ownRevision()])
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

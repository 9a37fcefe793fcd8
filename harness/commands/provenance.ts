// What was run, on what, by what: enough to understand the results later and elsewhere.
import { arch, cpus, release, totalmem } from 'node:os'
import { run } from '../process/run.ts'
import { exitCodes } from '../project/errors.ts'
import { inProject } from '../project/paths.ts'
import { qemu } from '../vm/arguments.ts'
import { writeProvenance } from './results.ts'
import type { Plan } from './run-job.ts'
import type { MachineParts } from './parts.ts'

/** What of a run goes into its record. */
type Recorded = Pick<Plan, 'directory' | 'started' | 'accelerator'>

const commandMilliseconds = 5000

/** Writes provenance.json; `qemuCommands` are how the machines were started, in their order. A fact that cannot be found out is missing in it; that does not fail the run. */
export async function recordRun(
  parts: Pick<MachineParts, 'kernel'>,
  plan: Recorded,
  qemuCommands: readonly string[],
): Promise<void> {
  const [qemuVersion, revision, changes] = await Promise.all([
    firstLine(qemu, ['--version']),
    firstLine('git', ['-C', inProject(), 'rev-parse', 'HEAD']),
    firstLine('git', ['-C', inProject(), 'status', '--porcelain']),
  ])
  await writeProvenance(plan.directory, {
    startTime: plan.started.toISOString(),
    commandLine: process.argv.slice(2),
    gmemtest: { revision, modified: changes !== undefined && changes !== '' },
    kernel: parts.kernel.provenance,
    accelerator: { name: plan.accelerator.name, reason: plan.accelerator.reason },
    qemu: { version: qemuVersion, commands: qemuCommands },
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

/** The record of one run, written again with each machine that is started. Disposing of it waits for what is under way. */
export class RunRecord implements AsyncDisposable {
  readonly #write: (qemuCommands: readonly string[]) => Promise<void>
  readonly #onFailure: (error: unknown) => void
  #isWritten = true
  #last: Promise<void> = Promise.resolve()

  /** `onFailure` hears at once of a write that failed; the run goes on. */
  constructor(
    write: (qemuCommands: readonly string[]) => Promise<void>,
    onFailure: (error: unknown) => void,
  ) {
    this.#write = write
    this.#onFailure = onFailure
  }

  /** Begins to write it once more, with the command lines so far. */
  update(qemuCommands: readonly string[]): void {
    const commands = [...qemuCommands]
    this.#last = this.#last.then(() => this.#attempt(commands))
  }

  /** What a run with this exit code is worth: `ok` is `couldNotRun` when the last write failed. Never rejects. */
  async exitCode(exitCode: number): Promise<number> {
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
    await this.#last
  }
}

/** The first line of what a command says; nothing when it fails or is not there. */
async function firstLine(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const result = await run(command, args, {
      // Also after an interrupt: these take a few milliseconds.
      signal: new AbortController().signal,
      timeout: commandMilliseconds,
    })
    return result.exitCode === 0 ? (result.stdout.split('\n')[0] ?? '') : undefined
  } catch {
    return undefined
  }
}

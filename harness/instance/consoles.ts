// The consoles of the machines of a run: a file for each while it is up, and all of them one after the other in the end.
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { appendFile, mkdir, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { InfraError, messageOf } from '../base/errors.ts'
import { resultNames } from '../base/result-names.ts'

/** The file of one machine. */
export interface ConsoleFile {
  readonly file: string
  /** To be called when the machine is gone: its console becomes a part of the one file. */
  close(): Promise<void>
  /** The same for a machine that was of no use to anybody: its console is forgotten. */
  discard(): Promise<void>
}

/** Hands out files for consoles and puts them together. */
export class Consoles implements AsyncDisposable {
  readonly #directory: string
  readonly #onFailure: (error: unknown) => void
  readonly #name: string
  #count = 0
  #last: Promise<void> = Promise.resolve()

  /** `onFailure` hears of a console that could not be put where it belongs; its own file then stays. */
  constructor(directory: string, onFailure: (error: unknown) => void, name: string = resultNames.console) {
    this.#name = name
    this.#directory = directory
    this.#onFailure = onFailure
  }

  /** A file for the next machine; `title` says what it is, in one line. */
  async open(title: string): Promise<ConsoleFile> {
    this.#count += 1
    const directory = path.join(this.#directory, resultNames.consoles)
    // Before anything is waited for: another machine may be opened meanwhile.
    const file = path.join(directory, `${this.#count}.log`)
    await mkdir(directory, { recursive: true })
    return {
      file,
      close: () => {
        this.#last = this.#last.then(() => this.#append(`gmemtest: a virtual machine, ${title}\n`, file))
        return this.#last
      },
      discard: () => rm(file, { force: true }),
    }
  }

  async #append(heading: string, file: string): Promise<void> {
    const all = path.join(this.#directory, this.#name)
    // Nothing was started.
    if (!existsSync(file)) return
    try {
      await appendFile(all, heading)
      await pipeline(createReadStream(file), createWriteStream(all, { flags: 'a' }))
      await rm(file)
    } catch (cause) {
      this.#onFailure(
        new InfraError(
          'CONSOLE_NOT_COPIED',
          `the console of a machine stays in ${file}: ${messageOf(cause)}`,
          { cause },
        ),
      )
    }
  }

  /** Waits for what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last
    // Not empty when one stays there.
    await rmdir(path.join(this.#directory, resultNames.consoles)).catch(() => undefined)
  }
}

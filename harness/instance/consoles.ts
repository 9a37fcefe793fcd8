// The consoles of the instances of a run: a file for each while it is up, and one file for all in the end.
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { appendFile, mkdir, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { InfraError, messageOf } from '../base/errors.ts'
import { resultNames } from '../base/result-names.ts'

/** The console file of one instance. */
export interface ConsoleFile {
  readonly file: string
  /** Appends the console to the common file; to be called when the instance is closed. */
  close(): Promise<void>
  /** Removes the console of an instance that no test used. */
  discard(): Promise<void>
}

/** Hands out console files and joins them. */
export class Consoles implements AsyncDisposable {
  readonly #directory: string
  readonly #onFailure: (error: unknown) => void
  readonly #name: string
  #count = 0
  #last: Promise<void> = Promise.resolve()

  /** `onFailure` is called for a console that could not be appended; its own file then stays. */
  constructor(directory: string, onFailure: (error: unknown) => void, name: string = resultNames.console) {
    this.#name = name
    this.#directory = directory
    this.#onFailure = onFailure
  }

  /** Opens the file of the next instance; `title` describes the instance in one line. */
  async open(title: string): Promise<ConsoleFile> {
    const directory = path.join(this.#directory, resultNames.consoles)
    // Before the first await: another instance may be opened meanwhile.
    const file = this.#nextFile(directory)
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

  /** Skips the file of a console that could not be appended: the directory may be that of earlier consoles as well. */
  #nextFile(directory: string): string {
    this.#count += 1
    const file = path.join(directory, `${this.#count}.log`)
    return existsSync(file) ? this.#nextFile(directory) : file
  }

  async #append(heading: string, file: string): Promise<void> {
    const all = path.join(this.#directory, this.#name)
    // QEMU was not started.
    if (!existsSync(file)) return
    try {
      await appendFile(all, heading)
      await pipeline(createReadStream(file), createWriteStream(all, { flags: 'a' }))
      await rm(file)
    } catch (cause) {
      this.#onFailure(
        new InfraError('CONSOLE_NOT_COPIED', `the console of an instance stays in ${file}: ${messageOf(cause)}`, {
          cause,
          hint: 'free some space, and copy that file before the directory is used again',
        }),
      )
    }
  }

  /** Waits until all consoles are appended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last
    // The directory is not empty when a console stays there.
    await rmdir(path.join(this.#directory, resultNames.consoles)).catch(() => undefined)
  }
}

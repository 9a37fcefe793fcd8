// A stream of a report: a stream that breaks is an error of the next write, and not of the process.
import type { Writable } from 'node:stream'

export class Output {
  readonly #stream: Writable
  #broken: Error | undefined

  constructor(stream: Writable) {
    this.#stream = stream
    stream.on('error', (error: Error) => {
      this.#broken ??= error
    })
  }

  /** @throws what broke the stream, if something did */
  check(): void {
    if (this.#broken !== undefined) throw this.#broken
  }

  write(text: string): void {
    this.#stream.write(text)
  }

  /**
   * Resolves when all that was written has left this process.
   * @throws what broke the stream
   */
  async flushed(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.write('', (error) => (error ? reject(this.#stream.errored ?? error) : resolve()))
    })
  }
}

// The stream of a report: a broken stream is an error of the next write, and not of the process.
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

  /** @throws the error that broke the stream, if it is broken */
  check(): void {
    if (this.#broken !== undefined) throw this.#broken
  }

  write(text: string): void {
    this.#stream.write(text)
  }

  /**
   * Resolves when everything that was written has left this process.
   * @throws the error that broke the stream
   */
  async flushed(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.write('', (error) => (error ? reject(this.#stream.errored ?? error) : resolve()))
    })
  }
}

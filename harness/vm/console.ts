// Keeps the serial console of an instance as clean lines, in bounded memory; QEMU writes all of it into a log file.
import { stripVTControlCharacters } from 'node:util'

/** The output of an instance on its console. */
export interface ConsoleLog {
  /** The last lines, oldest first; older lines are only in the log file. */
  lines(): readonly string[]
  /** The present position in the stream of lines. */
  mark(): number
  /** The complete lines after `mark`, as far as they are remembered. */
  since(mark: number): readonly string[]
  /** How many lines after `mark` are not remembered. */
  forgottenSince(mark: number): number
  /** Calls back with each further complete line. */
  onLine(callback: (line: string) => void): Disposable
  /** The last `count` lines, including an unfinished one. */
  tail(count: number): readonly string[]
}

// A kernel can print tens of megabytes while one test runs, and all of it is parsed.
const rememberedBytes = 64 * 2 ** 20
/** The memory of a line besides its characters, roughly. */
const lineBytes = 32
// The kernel cuts its own records at 1 KiB; a longer line is noise and is broken up.
const longestLine = 4096

// All but the tab.
const controlCharacters = /(?!\t)\p{Cc}/gu

/** Removes escape sequences (firmware and colours), carriage returns and other control characters. */
export function cleanLine(raw: string): string {
  return stripVTControlCharacters(raw).replace(controlCharacters, '')
}

/** A console log that is being written. */
export class ConsoleWriter implements ConsoleLog {
  // A plain array that is halved now and then: forgetting costs nothing per line.
  #lines: string[] = []
  #bytes = 0
  #forgotten = 0
  #rest = ''
  readonly #decoder = new TextDecoder('utf-8', { fatal: false })
  readonly #listeners = new Set<(line: string) => void>()

  lines(): readonly string[] {
    return [...this.#lines]
  }

  mark(): number {
    return this.#forgotten + this.#lines.length
  }

  since(mark: number): readonly string[] {
    return this.#lines.slice(Math.max(0, mark - this.#forgotten))
  }

  forgottenSince(mark: number): number {
    return Math.max(0, this.#forgotten - mark)
  }

  onLine(callback: (line: string) => void): Disposable {
    this.#listeners.add(callback)
    return { [Symbol.dispose]: () => void this.#listeners.delete(callback) }
  }

  tail(count: number): readonly string[] {
    const unfinished = cleanLine(this.#rest)
    return [...this.#lines.slice(-count), ...(unfinished === '' ? [] : [unfinished])].slice(-count)
  }

  write(chunk: Uint8Array): void {
    const pieces = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n')
    this.#rest = pieces.pop() ?? ''
    for (const piece of pieces) this.#add(piece)
    while (this.#rest.length >= longestLine) {
      this.#add(this.#rest.slice(0, longestLine))
      this.#rest = this.#rest.slice(longestLine)
    }
  }

  /** Ends the stream: an unfinished line counts as a line. */
  end(): void {
    if (this.#rest !== '') this.#add(this.#rest)
    this.#rest = ''
  }

  #add(raw: string): void {
    for (let start = 0; start === 0 || start < raw.length; start += longestLine) {
      const line = cleanLine(raw.slice(start, start + longestLine))
      this.#lines.push(line)
      this.#bytes += line.length + lineBytes
      for (const listener of this.#listeners) listener(line)
    }
    if (this.#bytes >= 2 * rememberedBytes) this.#forget()
  }

  #forget(): void {
    let count = 0
    while (this.#bytes > rememberedBytes) {
      this.#bytes -= (this.#lines[count]?.length ?? 0) + lineBytes
      count += 1
    }
    this.#forgotten += count
    this.#lines = this.#lines.slice(count)
  }
}

// The guest's serial console as clean lines, in bounded memory: the whole of it is in the log file that QEMU writes.
import { stripVTControlCharacters } from 'node:util'

/** What the guest said on its console. */
export interface ConsoleLog {
  /** The last lines, oldest first; older ones are forgotten (the log file has them). */
  lines(): readonly string[]
  /** A position in the stream of lines: the present one. */
  mark(): number
  /** The complete lines that came after `mark`, as far as they are remembered. */
  since(mark: number): readonly string[]
  /** How many of them are not. */
  forgottenSince(mark: number): number
  /** Calls back with each complete line as it comes. */
  onLine(callback: (line: string) => void): Disposable
  /** The last `count` lines, with the unfinished one. */
  tail(count: number): readonly string[]
}

/** A console log that is being written. */
export interface ConsoleWriter extends ConsoleLog {
  write(chunk: Uint8Array): void
  /** The stream is over: an unfinished line counts as a line. */
  end(): void
}

// All that a kernel can say while a scenario runs, tens of megabytes, is to be looked at.
const rememberedBytes = 64 * 2 ** 20
/** What a line takes besides its characters, roughly. */
const lineBytes = 32
// The kernel cuts its own records at 1 KiB; a longer line is noise and is broken up.
const longestLine = 4096

// The tab is one of them, and stays.
const controlCharacters = /(?!\t)\p{Cc}/gu

/** A line without escape sequences (firmware and colours), carriage returns and other control characters. */
export function cleanLine(raw: string): string {
  return stripVTControlCharacters(raw).replace(controlCharacters, '')
}

class Console implements ConsoleWriter {
  // A plain array that is cut back to half its size now and then: no cost per line.
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

/** An empty console log. */
export function createConsole(): ConsoleWriter {
  return new Console()
}

// Tells which call traces were requested, by sysrq or fault injection, and are no splats.
import { askedFor, injected } from '../pattern-table.ts'
import type { ConsoleLine } from '../printk.ts'

/** A requested trace comes within so many lines. */
const askedLines = 100
/** The one trace of an injected fault comes right behind its header. */
const injectedLines = 20

export class SolicitedTraces {
  /** The line that last announced requested traces. */
  #asked = -Infinity
  /** The lines that announced an injected fault, by the task that printed them; each stands for one trace. */
  readonly #injected = new Map<string, number>()

  /** Takes note of a line that announces requested traces. */
  notice({ text, caller = '' }: ConsoleLine, number: number): void {
    if (injected.test(text)) this.#inject(caller, number)
    if (askedFor.some((expression) => expression.test(text))) this.#asked = number
  }

  #inject(caller: string, number: number): void {
    // Keeps the order of the lines, and forgets those whose trace did not come.
    this.#injected.delete(caller)
    for (const [other, header] of this.#injected) {
      if (number - header <= injectedLines) break
      this.#injected.delete(other)
    }
    this.#injected.set(caller, number)
  }

  /** Whether the trace that begins with this line was requested. The announcement of an injected fault is used up. */
  take({ caller = '' }: ConsoleLine, number: number): boolean {
    const header = this.#injected.get(caller)
    this.#injected.delete(caller)
    const isInjected = header !== undefined && number - header <= injectedLines
    return isInjected || number - this.#asked <= askedLines
  }
}

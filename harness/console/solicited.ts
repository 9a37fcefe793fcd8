// Which call traces are what somebody asked for, and no complaint.
import { askedFor, injected } from './pattern-table.ts'
import type { ConsoleLine } from './printk.ts'

/** A trace that somebody asked for comes within so many lines. */
const askedLines = 100
/** The one trace of an injected fault comes right behind its header. */
const injectedLines = 20

export class AskedTraces {
  /** The line that last said that traces were asked for. */
  #asked = -Infinity
  /** The lines that said that a fault was injected, by who printed them; each stands for one trace. */
  readonly #injected = new Map<string, number>()

  /** Looks at a line, in case it is one that says so. */
  notice({ text, caller = '' }: ConsoleLine, number: number): void {
    if (injected.test(text)) this.#injected.set(caller, number)
    if (askedFor.some((expression) => expression.test(text))) this.#asked = number
  }

  /** Whether the trace that begins with this line was asked for. What says so for one trace is used up. */
  take({ caller = '' }: ConsoleLine, number: number): boolean {
    const header = this.#injected.get(caller)
    this.#injected.delete(caller)
    const isInjected = header !== undefined && number - header <= injectedLines
    return isInjected || number - this.#asked <= askedLines
  }
}

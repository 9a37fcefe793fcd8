// Collects the call trace of a report, line by line.
import { frameOn, isCutFrame, programCounterOn } from './stack-frames.ts'
import type { TraceFrame } from './stack-frames.ts'

/** Nothing of a trace yet, in one, or behind it. */
type TracePhase = 'head' | 'trace' | 'tail'

const traceBegins = /^(?:Call [tT]race:|\s*backtrace(?: \(crc [0-9a-f]+\))?:)/
const contextBegins = /^\s*<([A-Z#][\w# -]*)>\s*$/
const contextEnds = /^\s*<\/([A-Z#][\w# -]*)>\s*$/
// What is between the frames of a trace: the registers of an interrupted context.
const registers =
  /^\s*(?:[RE](?:[A-D]X|[SD]I|[BSI]P|\d\d|FLAGS)|Code|ORIG_RAX|CS|[FG]S|CR\d|DR\d|PKRU|x\d+ *|pc |lr |sp |pstate|Kernel Offset)[ :]/
// Of the thread that should have ended the grace period, and not of who keeps it from that.
const kthreadDump = /^(?:rcu: )?RCU grace-period kthread stack dump:/
const otherDump = /^NMI backtrace for cpu/
const dumpBegins =
  /^(?:CPU: \d+|Hardware name:|Modules linked in:|Tainted:|Workqueue:|Stopper:|Sched_ext:|#PF: |PGD |Unloaded tainted|irq event stamp|hardirqs last|softirqs last)/

/** Interrupts and the like: where they came in is of chance. */
function isInterrupt(context: string): boolean {
  return context !== 'TASK'
}

/** Those that are as wished; all if none is. */
function preferred<Item>(items: readonly Item[], isWished: (item: Item) => boolean): readonly Item[] {
  const wished = items.filter(isWished)
  return wished.length > 0 ? wished : items
}

interface PlacedFrame {
  readonly frame: TraceFrame
  readonly context: string
}

export class TraceReader {
  #phase: TracePhase = 'head'
  #context = ''
  #isHeaded = false
  #isOfKthread = false
  #sawTask = false
  #hasContexts = false
  #frames: PlacedFrame[] = []
  #counter: TraceFrame | undefined
  #trouble: string | undefined
  #isMixed = false

  /** Whether the trace is there, to its end: stacks without a headline are of allocations, locks or others. */
  get isOver(): boolean {
    return this.#isHeaded && this.#phase === 'tail'
  }

  /** Whether nothing of the trace is missing, as far as it shows its own end. */
  get isComplete(): boolean {
    const isClosed = this.#phase === 'tail' || this.#hasContexts
    return this.#isHeaded && this.#frames.length > 0 && this.#context === '' && isClosed
  }

  /** Whether the trace with the headline has begun. */
  get isHeaded(): boolean {
    return this.#isHeaded
  }

  /** Whether any line of a dump was seen: a header, registers, a frame. */
  hasDump = false

  /** What is wrong with the trace. */
  get trouble(): string | undefined {
    return (
      this.#trouble ??
      (this.#phase === 'trace' && this.#context !== '' ? 'the call trace has no end' : undefined)
    )
  }

  /** Whether there are parts of two traces. */
  get isMixed(): boolean {
    return this.#isMixed
  }

  /** Whether there is neither a trace nor the headline of an empty one with the place where the processor was. */
  get isMissing(): boolean {
    return this.#frames.length === 0 && !(this.#isHeaded && this.#counter !== undefined)
  }

  /** Where the processor was, when the report says so outside of a trace. */
  get counter(): TraceFrame | undefined {
    return this.#counter
  }

  /** Whether the line is of a dump. One that is not ends the trace. */
  read(text: string): boolean {
    if (kthreadDump.test(text)) this.#isOfKthread = this.#frames.length === 0
    else if (this.#isOfKthread && otherDump.test(text)) this.#startAgain()
    const isOurs = this.#readTrace(text) || dumpBegins.test(text) || registers.test(text)
    if (isOurs) this.hasDump = true
    else if (this.#phase === 'trace' && text.trim() !== '') this.#endTrace()
    return isOurs
  }

  /**
   * The trace, innermost first; without the frames of interrupts if it was one that came by chance. What the unwinder is not
   * sure of is left out, unless there is nothing else.
   */
  trace(withoutInterrupts: boolean): readonly TraceFrame[] {
    const sure = preferred(this.#frames, ({ frame }) => frame.isDoubtful !== true)
    const chosen = withoutInterrupts ? preferred(sure, ({ context }) => !isInterrupt(context)) : sure
    const frames = chosen.map(({ frame }) => frame)
    const counter = this.#counter
    const isThere = counter === undefined || frames.some((frame) => frame.symbol === counter.symbol)
    return isThere ? frames : [counter, ...frames]
  }

  #startAgain(): void {
    this.#isOfKthread = false
    this.#phase = 'head'
    this.#context = ''
    this.#isHeaded = false
    this.#sawTask = false
    this.#hasContexts = false
    this.#frames = []
    this.#counter = undefined
  }

  #readTrace(text: string): boolean {
    if (traceBegins.test(text)) {
      // Stacks before it, of allocations or of locks, are not the one that counts.
      if (!this.#isHeaded || this.#frames.length === 0) {
        this.#frames = []
        this.#phase = 'trace'
        this.#isHeaded = true
      }
      return true
    }
    const frame = frameOn(text)
    if (frame !== undefined) {
      if (frame !== 'nameless') this.#add(frame)
      return true
    }
    return this.#readCounter(text) || this.#readContext(text) || this.#readCut(text)
  }

  #add(frame: TraceFrame): void {
    if (this.#phase === 'tail') return
    if (this.#phase === 'head') this.#phase = 'trace'
    this.#frames.push({ frame, context: this.#context })
  }

  #readCounter(text: string): boolean {
    const counter = programCounterOn(text)
    if (counter === undefined) return false
    if (this.#phase === 'trace') this.#frames.push({ frame: counter, context: this.#context })
    else this.#counter ??= counter
    return true
  }

  #readContext(text: string): boolean {
    const begun = contextBegins.exec(text)?.[1]
    if (begun !== undefined) {
      if (begun === 'TASK' && this.#phase === 'trace') {
        if (this.#sawTask) {
          this.#isMixed = true
          this.#trouble ??= 'two call traces are mixed'
        }
        this.#sawTask = true
      }
      this.#context = begun
      this.#hasContexts = true
      return true
    }
    const ended = contextEnds.exec(text)?.[1]
    if (ended === undefined) return false
    this.#context = ''
    if (ended === 'TASK' && this.#phase === 'trace') this.#endTrace()
    return true
  }

  #readCut(text: string): boolean {
    if (this.#phase !== 'trace' || !isCutFrame(text)) return false
    this.#trouble ??= `a line of the call trace is cut off: '${text.trim()}'`
    return true
  }

  #endTrace(): void {
    this.#phase = 'tail'
    if (this.#context !== '') this.#trouble ??= 'the call trace has no end'
    this.#context = ''
  }
}

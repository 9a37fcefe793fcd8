// Collects the call trace of a splat, line by line.
import { mostFrames } from './splat-limits.ts'
import { frameOn, isCutFrame, programCounterOn, type TraceFrame } from '../stack-frames.ts'

/** Before the trace, in it, or behind it. */
type TracePhase = 'head' | 'trace' | 'tail'

const traceBegins = /^(?:Call [tT]race:|\s*[bB]acktrace(?: \(crc [0-9a-f]+\))?:)/
/** m68k puts the first frame behind the headline. */
const firstFrame = /^Call Trace: (\[<.*)$/
const contextBegins = /^\s*<([A-Z#][\w# -]*)>\s*$/
/** Kernels before 4.9 put the first frame of a context behind its mark. */
const contextLine = /^((?:\s*<{1,2}[A-Z#][\w#-]{0,20}>{1,2}){1,3}) +([^\s<].*)$/
/** The ends of an interrupt and of an exception in such kernels; the frames behind them are of what was interrupted. */
const interruptEnds = /^\s*<(?:EOI|<EOE>)>\s*$/
const contextEnds = /^\s*<\/([A-Z#][\w# -]*)>\s*$/
// The registers of an interrupted context, between the frames of a trace.
const registers =
  /^\s*(?:(?:[RE](?:[A-D]X|[SD]I|[BSI]P|\d\d|FLAGS)|Code|ORIG_RAX|CS|[FG]S|CR\d|DR\d|PKRU|x\d+ *|pc |lr |sp |pstate|Kernel Offset)[ :]|r\d+ *:[0-9a-f]{8} |--- (?:interrupt|Exception): )/
// The dump of the thread that should have ended the grace period, not of the task that prevents it.
const kthreadDump = /^(?:rcu: )?RCU grace-period kthread stack dump:/
const otherDump = /^(?:NMI backtrace for cpu|Task dump for CPU|Sending NMI from)/
/** The heading of another part of a report, which may have a stack of its own. */
const headingBegins =
  /^(?:page last |Allocated |Freed |Showing |CPU: \d|task:|Last Breaking-Event|---\[ end)|:\s*$|^\s*$/
/** So many lines of other tasks and programs may stand together within a trace. */
const mostForeign = 10
/** A trace that such lines cut more often may have frames of others as well. */
const mostCuts = 3
const dumpBegins =
  /^(?:CPU: \d+|Hardware name:|Modules linked in:|Tainted:|Workqueue:|Stopper:|Sched_ext:|#PF: |PGD |Unloaded tainted|irq event stamp|hardirqs last|softirqs last)/

/** Gives the items that meet a wish; all when none does. */
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
  /** The lines of others since the last line of the trace. */
  #foreign = 0
  #cuts = 0
  #context = ''
  #isHeaded = false
  #isOfKthread = false
  #sawTask = false
  #hasContexts = false
  #frames: PlacedFrame[] = []
  #counter: TraceFrame | undefined
  #trouble: string | undefined
  #isMixed = false

  /** Whether the trace has ended. Stacks without a headline do not count: they belong to allocations or locks. */
  get isOver(): boolean {
    return this.#isHeaded && this.#phase === 'tail'
  }

  /** Whether lines of others followed a trace without marks, which may be at its end or go on behind them. */
  get isPaused(): boolean {
    return this.#isHeaded && this.#phase === 'trace' && this.#foreign > 0 && !this.#hasContexts
  }

  /** Whether the whole trace is there, as far as a trace shows its own end. */
  get isComplete(): boolean {
    const isClosed = this.#phase === 'tail' || this.isPaused || this.#hasContexts
    return this.#isHeaded && this.#frames.length > 0 && this.#context === '' && isClosed
  }

  /** Whether the trace with the headline has begun. */
  get isHeaded(): boolean {
    return this.#isHeaded
  }

  /** Whether any line of a dump was read: a header, registers, a frame. */
  hasDump = false

  /** The reason why the trace is not whole; nothing when it may be. */
  get trouble(): string | undefined {
    return this.#trouble ?? (this.#phase === 'trace' && this.#context !== '' ? 'the call trace has no end' : undefined)
  }

  /** Whether the frames belong to two traces. */
  get isMixed(): boolean {
    return this.#isMixed
  }

  /** Whether the trace is that of the thread of RCU, not of the task that it waits for. */
  get isOfKthread(): boolean {
    return this.#isOfKthread
  }

  /** Whether the trace is missing. The headline of an empty trace suffices when the program counter is known. */
  get isMissing(): boolean {
    return this.#frames.length === 0 && !(this.#isHeaded && this.#counter !== undefined)
  }

  /** The program counter, when the splat gives it outside of a trace. */
  get counter(): TraceFrame | undefined {
    return this.#counter
  }

  /** Takes a line; true when it belongs to a dump. Many other lines, or the heading of another part, end the trace. */
  read(text: string): boolean {
    if (kthreadDump.test(text)) this.#isOfKthread = this.#frames.length === 0
    else if (this.#isOfKthread && otherDump.test(text)) this.#startAgain()
    if (this.#phase === 'trace' && this.#isNextPart(text)) this.#endTrace()
    const isOurs = this.#readTrace(text) || dumpBegins.test(text) || registers.test(text)
    if (isOurs) {
      this.hasDump = true
      if (this.#foreign > 0) this.#goOn()
    } else if (this.#phase === 'trace') {
      this.#foreign += 1
      if (this.#foreign > mostForeign) this.#endTrace()
    }
    return isOurs
  }

  /**
   * Gives the trace, innermost function first, on request without the frames of interrupts. Frames that the unwinder is not
   * sure of are left out, unless there are no others.
   */
  trace(withoutInterrupts: boolean): readonly TraceFrame[] {
    const sure = preferred(this.#frames, ({ frame }) => frame.isDoubtful !== true)
    // Other contexts are interrupts, which come at a random place. Older kernels do not mark that of the task.
    const ofTask = preferred(sure, ({ context }) => context === 'TASK')
    const chosen = withoutInterrupts ? preferred(ofTask, ({ context }) => context === 'TASK' || context === '') : sure
    const frames = chosen.map(({ frame }) => frame)
    const counter = this.#counter
    const isThere = counter === undefined || frames.some((frame) => frame.symbol === counter.symbol)
    return isThere ? frames : [counter, ...frames]
  }

  /** Whether another part of the report begins. A trace with marks shows its own end. */
  #isNextPart(text: string): boolean {
    if (this.#frames.length === 0) return false
    if (traceBegins.test(text)) return this.#context === ''
    return !this.#hasContexts && headingBegins.test(text)
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
    const [, marks, behind] = contextLine.exec(text) ?? []
    if (marks !== undefined && behind !== undefined && frameOn(behind) !== undefined) {
      for (const [mark] of marks.matchAll(/<+[^<>]+>+/g)) this.#readContext(mark)
      return this.#readTrace(` ${behind}`)
    }
    if (traceBegins.test(text)) {
      if (this.#phase === 'trace' && this.#context !== '') this.#mix()
      // The stacks before it belong to allocations or locks.
      if (!this.#isHeaded || this.#frames.length === 0) {
        this.#frames = []
        this.#phase = 'trace'
        this.#isHeaded = true
      }
      const frame = frameOn(firstFrame.exec(text)?.[1] ?? '')
      if (frame !== undefined && frame !== 'nameless') this.#add(frame)
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
    this.#push(frame)
  }

  #push(frame: TraceFrame): void {
    if (this.#frames.length < mostFrames) this.#frames.push({ frame, context: this.#context })
    else this.#trouble ??= `the call trace has more than ${mostFrames} functions`
  }

  #readCounter(text: string): boolean {
    const counter = programCounterOn(text)
    if (counter === undefined) return false
    // Kernels before 4.15 say it again behind the trace.
    const known = this.#counter
    if (counter.symbol === known?.symbol && counter.offset === known.offset) return true
    if (this.#phase === 'trace') this.#push(counter)
    // A line with the function around it follows.
    else if (counter.isInlined !== true && !this.isOver) this.#counter ??= counter
    return true
  }

  #readContext(text: string): boolean {
    if (interruptEnds.test(text)) {
      this.#context = ''
      this.#hasContexts = false
      return true
    }
    const begun = contextBegins.exec(text)?.[1]
    if (begun !== undefined) {
      if (begun === 'TASK' && this.#phase === 'trace') {
        if (this.#sawTask) this.#mix()
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

  #goOn(): void {
    this.#foreign = 0
    this.#cuts += 1
    if (this.#cuts > mostCuts) this.#mix('lines of others are between its frames')
  }

  #mix(trouble = 'two call traces are mixed'): void {
    this.#isMixed = true
    this.#trouble ??= trouble
  }

  #endTrace(): void {
    this.#foreign = 0
    this.#phase = 'tail'
    if (this.#context !== '') this.#trouble ??= 'the call trace has no end'
    this.#context = ''
  }
}

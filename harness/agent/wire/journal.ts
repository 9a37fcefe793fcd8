// The last operations of an agent: their requests and their ends, for diagnostics and for programs that repeat them.
import { showAnswer, showRequest } from './codec.ts'
import { errnoName } from '../errno.ts'
import type { OperationName } from './operations.ts'
import { processResult } from './protocol.ts'

/** An operation as it was sent. The words are those of the wire (operations.ts), in the order of the table. */
export interface SentRequest {
  readonly name: OperationName
  /** 0 is the agent itself, otherwise the number of a child that it forked; in programs, what stands for one (protocol.ts). */
  readonly process: number
  readonly words: readonly bigint[]
  /** The bytes behind the words. */
  readonly tail: Uint8Array
  /** The text that stands for the tail in the readable line. */
  readonly note: string | undefined
}

/** The end of an operation: the answer of the kernel, or the reason for which there is none. */
type RecordedEnd =
  | { readonly errno: number; readonly words: readonly bigint[]; readonly tail: Uint8Array }
  | { readonly failure: string }

/** An operation with its end; one that the agent never answered has none. */
export interface RecordedOperation {
  readonly request: SentRequest
  readonly end: RecordedEnd | undefined
}

/** Operations from a point in time on. */
export interface Recording {
  /** Oldest first. */
  readonly operations: readonly RecordedOperation[]
  /** Some operations are missing, or a part of their bytes: the journal has its limits. */
  readonly isCut: boolean
}

/** Enough lines to see how a page came into its state, and few enough to read. */
const linesKept = 100
/** Enough for each scenario: most do fewer than 1,000 operations. */
const operationsKept = 20_000
/** The bytes of all tails together; one tail may have 8 MiB. */
const bytesKept = 16 * 2 ** 20

/** Renders an operation as a readable line: `convert(gmem#3, private, offset 0x2000, size 0x1000) = EAGAIN`. */
export function lineOf({ request, end }: RecordedOperation): string {
  const shown = shownRequest(request)
  if (end === undefined) return `${shown} = no answer`
  if ('failure' in end) return `${shown}: ${end.failure}`
  const details = showAnswer(request.name, end.words)
  return `${shown} = ${errnoName(end.errno)}${details === '' ? '' : `, ${details}`}`
}

/** Renders a request as a readable line. */
export function shownRequest({ name, process, words, note }: SentRequest): string {
  return `${performerOf(process)}${showRequest(name, words, note)}`
}

function performerOf(process: number): string {
  if (process === 0) return ''
  return process < processResult ? `child ${process}: ` : `the child of call ${process - processResult}: `
}

/** Ends an operation of the journal; returns it with its end. */
export type EndOperation = (end: RecordedEnd | undefined) => RecordedOperation

/** Keeps the newest operations. */
export class Journal {
  readonly #ended: RecordedOperation[] = []
  readonly #open: Set<RecordedOperation> = new Set()
  #bytes = 0
  #isCut = false

  /** Notes that the agent now executes an operation. Call the result when the operation has ended. */
  begin(request: SentRequest): EndOperation {
    const operation = { request, end: undefined }
    this.#open.add(operation)
    return (end) => {
      const ended = { request, end }
      if (this.#open.delete(operation)) this.#add(ended)
      return ended
    }
  }

  #add(operation: RecordedOperation): void {
    this.#ended.push(operation)
    this.#bytes += bytesOf(operation)
    while (this.#ended.length > operationsKept || this.#bytes > bytesKept) {
      const dropped = this.#ended.shift()
      if (dropped === undefined) return
      this.#bytes -= bytesOf(dropped)
      this.#isCut = true
    }
  }

  /** The last lines, oldest first. An operation that has not ended is the last one: a kernel that panics in it never answers. */
  get lines(): readonly string[] {
    return [...this.#ended.slice(-linesKept), ...this.#open].map(lineOf)
  }

  /** The operations after the last one that `isStart` selects. */
  since(isStart: (request: SentRequest) => boolean): Recording {
    const start = this.#ended.findLastIndex(({ request }) => isStart(request))
    return { operations: [...this.#ended.slice(start + 1), ...this.#open], isCut: start === -1 && this.#isCut }
  }
}

function bytesOf({ request, end }: RecordedOperation): number {
  return request.tail.length + (end !== undefined && 'tail' in end ? end.tail.length : 0)
}

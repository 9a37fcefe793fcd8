// The plan of a program: the operations of its steps, and what the model expects of each.
import { programCall, type ProgramCall, type RunProgram } from '../../../agent/programs.ts'
import { made } from '../../../agent/rounds.ts'
import { encodeCall, type CallRequest, type Made } from '../../../agent/wire/codec.ts'
import type { ErrnoName } from '../../../agent/errno.ts'
import type { OperationName } from '../../../agent/wire/operations.ts'
import { GmemtestError, messageOf } from '../../../base/errors.ts'
import { differenceIn, type Difference, type Expected } from './model-difference.ts'

/** The ends of a child that performs an operation, by the codes of their errors. */
const deaths: ReadonlyMap<string, string> = new Map([
  ['AGENT_CHILD_GONE', 'gone'],
  ['AGENT_CHILD_CRASHED', 'crashed'],
])

/** A step as the messages name it. */
export interface Label {
  /** The kind of the step. */
  readonly step: string
  /** The step in words. */
  readonly where: string
}

/** An operation of a plan with the end that it must have, for those who perform it without the agent. */
export interface PlannedOperation {
  readonly label: Label
  readonly name: OperationName
  /** The words of the request in the order of the table; `callResult` + n stands for what operation n makes. */
  readonly words: readonly bigint[]
  readonly tail: Uint8Array
  /** The operation that forked the child which performs it; undefined for the agent itself. */
  readonly child: number | undefined
  readonly expected: Omit<Expected<OperationName>, 'fields'> & { readonly fields?: object }
}

/** Collects operations in their order. */
export class Plan {
  readonly #calls: ProgramCall<Difference | undefined>[] = []
  /** How the calls of the last run ended, as far as their answers were read. */
  readonly #ends: ErrnoName[] = []
  readonly #operations: PlannedOperation[] = []
  #label: Label = { step: 'setup', where: 'making the file' }

  get length(): number {
    return this.#calls.length
  }

  /** The operations, in their order. */
  get operations(): readonly PlannedOperation[] {
    return this.#operations
  }

  /** The next operations belong to this step. */
  label(label: Label): void {
    this.#label = label
  }

  /** Adds an operation of the agent or of a child, and returns what stands for the object that it makes. */
  add<Name extends OperationName>(
    name: Name,
    request: CallRequest<Name>,
    expected: Expected<Name> = {},
    { tail = new Uint8Array(), child }: { readonly tail?: Uint8Array; readonly child?: Made | undefined } = {},
  ): Made {
    const label = this.#label
    this.#operations.push({ label, name, words: encodeCall(name, request), tail, child: child?.madeByCall, expected })
    const call = programCall(
      name,
      request,
      (reply) => {
        this.#ends.push(reply.errno)
        const found = differenceIn(reply, expected, (earlier) => this.#ends[earlier])
        return found === undefined ? undefined : { ...label, ...found, line: reply.line }
      },
      { tail, child },
    )
    this.#calls.push(call)
    return made(this.#calls.length - 1)
  }

  /**
   * Runs the program, and returns the first answer that is not as the model has it.
   * @throws {ProtocolError} when the agent refuses a call before any difference, or does not answer
   */
  async run(runProgram: RunProgram): Promise<Difference | undefined> {
    this.#ends.length = 0
    const { answers } = await runProgram(this.#calls)
    for (const [index, read] of answers.entries()) {
      const difference = this.#orDeath(index, read)
      if (difference !== undefined) return difference
    }
    return undefined
  }

  /** A child that the kernel has killed, and one that has crashed, give no answer: that is a difference as well. */
  #orDeath(index: number, read: () => Difference | undefined): Difference | undefined {
    try {
      return read()
    } catch (error) {
      const operation = this.#operations[index]
      const found = error instanceof GmemtestError ? deaths.get(error.code) : undefined
      if (found === undefined || operation?.child === undefined) throw error
      return { ...operation.label, field: 'the child', wanted: 'alive', found, line: messageOf(error) }
    }
  }
}

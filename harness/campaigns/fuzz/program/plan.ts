// The plan of a program: the operations of its steps, and what the model expects of each.
import { programCall, type ProgramCall, type RunProgram } from '../../../agent/programs.ts'
import { made } from '../../../agent/rounds.ts'
import type { CallRequest, Made } from '../../../agent/wire/codec.ts'
import type { OperationName } from '../../../agent/wire/operations.ts'
import { differenceIn, type Difference, type Expected } from './model-difference.ts'

/** A step as the messages name it. */
export interface Label {
  /** The kind of the step. */
  readonly step: string
  /** The step in words. */
  readonly where: string
}

/** Collects operations in their order. */
export class Plan {
  readonly #calls: ProgramCall<Difference | undefined>[] = []
  #label: Label = { step: 'setup', where: 'making the file' }

  get length(): number {
    return this.#calls.length
  }

  /** The next operations belong to this step. */
  label(label: Label): void {
    this.#label = label
  }

  /** Adds an operation, and returns what stands for the object that it makes. */
  add<Name extends OperationName>(
    name: Name,
    request: CallRequest<Name>,
    expected: Expected<Name> = {},
    tail?: Uint8Array,
  ): Made {
    const label = this.#label
    const call = programCall(
      name,
      request,
      (reply) => {
        const found = differenceIn(reply, expected)
        return found === undefined ? undefined : { ...label, ...found, line: reply.line }
      },
      tail,
    )
    this.#calls.push(call)
    return made(this.#calls.length - 1)
  }

  /**
   * Runs the program, and returns the first answer that is not as the model has it.
   * @throws {ProtocolError} when the agent refuses a call before any difference, or does not answer
   */
  async run(runProgram: RunProgram): Promise<Difference | undefined> {
    const { answers } = await runProgram(this.#calls)
    for (const read of answers) {
      const difference = read()
      if (difference !== undefined) return difference
    }
    return undefined
  }
}

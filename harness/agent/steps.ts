// Many small operations on one file in one request.
import type { Patience } from '../base/patience.ts'
import { decodeRuns, slow as inAgent, type PageLook } from './access.ts'
import { OperationGroup, type Call, type Result } from './wire/call.ts'
import type { Encodable } from './wire/fields.ts'
import type { Request } from './wire/operations.ts'
import { encodeRecords, type records } from './wire/records.ts'

/** One step: `count` pages from page `first` on; `value` is the byte of a fill. */
export type Step = Encodable<(typeof records)['step']['fields']>

/** The agent gives up before the harness does. */
const slow = { milliseconds: inAgent.milliseconds + 5_000 }

export class StepOperations extends OperationGroup {
  readonly #timeout: number

  /** `patience` stretches the time that the vCPU has inside the agent, like the deadlines of the harness. */
  constructor(call: Call, patience: Patience) {
    super(call)
    this.#timeout = patience.for(inAgent.milliseconds)
  }

  /**
   * Does the steps in their order, up to the first one that fails: `done` counts those before it. A fill that ends in SIGBUS
   * is EFAULT. `looks` has the pages of all steps that look, in their order; a page that faults is a look, and no failure.
   */
  async run(
    place: Omit<Request<'steps'>, 'timeout'>,
    steps: readonly Step[],
  ): Promise<Result<'steps'> & { readonly looks: readonly PageLook[] }> {
    const options = { ...slow, tail: encodeRecords('step', steps), note: `${steps.length} steps` }
    const { tail, ...reply } = await this.call('steps', { ...place, timeout: this.#timeout }, options)
    const runs = decodeRuns(tail, reply.runs)
    return { ...reply, looks: runs.flatMap(({ count, value }) => Array.from({ length: count }, () => value)) }
  }
}

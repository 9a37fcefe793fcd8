// The last event of a run: every run emits it.
import { GmemtestError, messageOf } from '../base/errors.ts'
import type { RunEvent } from './events.ts'

type Emit = (event: RunEvent) => Promise<void>

/**
 * Does the work of a run. Emits `run-finished` with the reason when the work throws before it has emitted that event.
 * @throws the errors of the work
 */
export async function withEnding(emit: Emit, work: (emit: Emit) => Promise<number>): Promise<number> {
  const begin = performance.now()
  let isOver = false
  try {
    return await work((event) => {
      isOver ||= event.type === 'run-finished'
      return emit(event)
    })
  } catch (error) {
    const verdicts = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
    const milliseconds = performance.now() - begin
    const fault = error instanceof GmemtestError ? { fault: error.fault } : {}
    if (!isOver) await emit({ type: 'run-finished', milliseconds, verdicts, aborted: messageOf(error), ...fault })
    throw error
  }
}

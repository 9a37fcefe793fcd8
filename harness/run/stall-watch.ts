// Ends a test that keeps the only thread of this process busy, where no time-out can fire. Another thread watches a beat of
// this one, and says here what it found and ended (stall-thread.ts).
import { url as debuggerUrl } from 'node:inspector'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { moduleEnding } from '../base/paths.ts'
import { beatFields, type Course, type Stall, type StallLimits, type Watch } from './stall-messages.ts'
import { asTest, noteResources } from './test-context.ts'

const beatMilliseconds = 250
const usualLimits: StallLimits = { soft: 10_000, hard: 60_000 }

/** The code of a test kept the thread busy, and was ended. The promises that it was to settle stay pending. */
export class TestStalled extends Error {
  override readonly name = 'TestStalled'

  constructor({ seconds, place }: Stall) {
    const where = place === undefined ? '' : ` at ${place}`
    super(`kept the thread busy for ${seconds} s${where}: a loop without an end, or a call that blocks`)
    if (place !== undefined) this.stack = `${this.message}\n    at ${place}`
  }
}

const running = new Map<string, (error: TestStalled) => void>()
let thread: Worker | undefined

/**
 * Does the work of a test, which a stall ends. The limits of the first call are those of all.
 * @throws {TestStalled} when the work kept the thread busy
 */
export async function watched<T>(test: string, work: () => Promise<T>, limits: StallLimits = usualLimits): Promise<T> {
  thread ??= startThread(limits)
  const stalled = Promise.withResolvers<never>()
  running.set(test, stalled.reject)
  tell(thread, { test, isRunning: true })
  noteResources()
  try {
    // When code is ended, all of its callers end with it: this function must not be one of them.
    const begun = delay(0).then(() => asTest(test, work))
    return await Promise.race([begun, stalled.promise])
  } finally {
    running.delete(test)
    tell(thread, { test, isRunning: false })
  }
}

function tell(to: Worker, course: Course): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  to.postMessage(course)
}

function startThread(limits: StallLimits): Worker {
  const beat = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
  const show = (): void => {
    Atomics.store(beat, beatFields.hasDebugger, debuggerUrl() === undefined ? 0 : 1)
    Atomics.add(beat, beatFields.count, 1)
  }
  show()
  setInterval(show, beatMilliseconds).unref()
  const workerData: Watch = { beat, limits }
  const worker = new Worker(new URL(`stall-thread${moduleEnding}`, import.meta.url), { workerData })
  worker.on('message', (stall: Stall) => running.get(stall.test)?.(new TestStalled(stall)))
  // Without the watch, a stall lasts until the user ends it.
  worker.on('error', () => undefined)
  worker.unref()
  return worker
}

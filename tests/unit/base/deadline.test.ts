// Deadlines: the first reason wins, and no timer remains.
import { test } from 'tap'
import { DeadlineExceeded, sleep, withDeadline } from '../../../harness/base/deadline.ts'

const never = new AbortController().signal

void test('work that ends in time gives its result', async (t) => {
  const limit = { stage: 'work', milliseconds: 1000, signal: never }
  t.equal(await withDeadline(limit, async () => 42), 42)
})

void test('a deadline names the stage, even if the work ignores its signal', async (t) => {
  const limit = { stage: 'boot of nothing', milliseconds: 20, signal: never }
  const endless = withDeadline(limit, async () => new Promise(() => {}))
  await t.rejects(endless, new DeadlineExceeded('boot of nothing', 20))
})

void test('the work is told to stop', async (t) => {
  let told: unknown
  const limit = { stage: 'work', milliseconds: 10, signal: never }
  const work = withDeadline(limit, async (signal) => {
    signal.addEventListener('abort', () => (told = signal.reason))
    await sleep(1000, signal)
  })
  await t.rejects(work)
  t.ok(told instanceof DeadlineExceeded)
})

void test('the caller can abort the work, and gets its own reason', async (t) => {
  const caller = new AbortController()
  const limit = { stage: 'work', milliseconds: 10_000, signal: caller.signal }
  const work = withDeadline(limit, async (signal) => sleep(10_000, signal))
  caller.abort(new Error('called off'))
  await t.rejects(work, { message: 'called off' })
})

void test('work with an aborted signal does not start', async (t) => {
  let started = false
  const limit = { stage: 'work', milliseconds: 10, signal: AbortSignal.abort(new Error('too late')) }
  const work = withDeadline(limit, async () => {
    started = true
  })
  await t.rejects(work, { message: 'too late' })
  t.notOk(started)
})

/** Blocks the thread, as a loop of a test does. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

void test('the time in which the process stood still does not count', async (t) => {
  const limit = { stage: 'work', milliseconds: 400, signal: never }
  const started = performance.now()
  const works = [1, 2].map(() =>
    withDeadline(limit, async (signal) => sleep(300, signal).then(() => performance.now() - started)),
  )
  const tooLong = withDeadline(limit, async (signal) => sleep(60_000, signal))
  await sleep(50, never)
  block(1500)
  for (const milliseconds of await Promise.all(works)) t.ok(milliseconds >= 1500)
  await t.rejects(tooLong, { message: 'work took longer than 0.4 s' })
  t.ok(performance.now() - started >= 1800, 'the work had its time after the stall')
})

void test('work that blocks the thread again and again has its end as well', async (t) => {
  const limit = { stage: 'work', milliseconds: 1500, signal: never }
  const work = withDeadline(limit, async (signal) => {
    for (let pieces = 0; pieces < 12 && !signal.aborted; pieces += 1) {
      block(1400)
      await sleep(1, never)
    }
  })
  await t.rejects(work, new DeadlineExceeded('work', 1500))
})

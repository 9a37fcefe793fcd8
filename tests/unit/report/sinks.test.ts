// A sink that fails is dropped and reported; the others get every event, in order.
import { createWriteStream } from 'node:fs'
import { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import type { RunEvent } from '../../../harness/report/events.ts'
import { jsonLinesSink } from '../../../harness/report/jsonl.ts'
import { Sinks, type Sink } from '../../../harness/report/sinks.ts'
import { tapSink } from '../../../harness/report/tap/tap.ts'

const options = { isTty: false, directory: '/r' }

const events: readonly RunEvent[] = ['a', 'b', 'c'].map((name) => ({
  type: 'test-started',
  suite: 'scenarios',
  name,
  title: name,
}))

function recorder(): { readonly sink: Sink; readonly seen: string[] } {
  const seen: string[] = []
  return {
    seen,
    sink: {
      async write(event) {
        // The first event is slow: the others must not overtake it.
        if (event.type === 'test-started' && event.name === 'a') await delay(20)
        seen.push(event.type === 'test-started' ? event.name : event.type)
      },
      async close() {
        seen.push('close')
      },
    },
  }
}

void test('a full disk under one sink leaves the others alone', async (t) => {
  const good = recorder()
  const failures: string[] = []
  let written = 0
  const full: Sink = {
    write() {
      written += 1
      if (written === 2) throw new Error('ENOSPC: no space left on device')
    },
    async close() {
      t.fail('a sink that failed is not used again')
    },
  }
  const sinks = new Sinks(
    [
      { name: 'results.jsonl', sink: full },
      { name: 'good', sink: good.sink },
    ],
    (error) => failures.push(error.message),
  )
  for (const event of events) void sinks.write(event)
  await sinks.close()
  t.strictSame(good.seen, ['a', 'b', 'c', 'close'])
  t.equal(written, 2)
  t.strictSame(failures, ['results.jsonl could not be written: ENOSPC: no space left on device'])
  t.match(sinks.failures, [{ code: 'REPORT_FAILED', fault: 'infra' }])
})

void test('files on a full disk say so, and where', async (t) => {
  const sinks = new Sinks(
    [
      {
        name: 'results.jsonl',
        sink: jsonLinesSink(createWriteStream('/dev/full'), options),
        directory: '/r',
      },
      { name: 'results.tap', sink: tapSink(createWriteStream('/dev/full'), options), directory: '/r' },
      { name: 'the standard output', sink: tapSink(createWriteStream('/dev/full'), options) },
    ],
    () => undefined,
  )
  const started = {
    type: 'run-started',
    time: '',
    kernel: 'k',
    dialect: 'vm-attributes',
    version: 2,
    suite: 'scenarios',
    tests: [],
    isolation: 'vm',
  } as const
  await sinks.write(started)
  const vm = { accelerator: 'tcg', reason: '', profile: '', origin: 'booted', milliseconds: 1 } as const
  await sinks.write({ type: 'vm-ready', ...vm })
  // The streams have broken by now, and closing them reports only that.
  await delay(50)
  await sinks.close()
  const full = { code: 'NO_SPACE', message: 'no space left in /r', hint: /choose another place/ }
  t.match(sinks.failures, [full, full, { code: 'REPORT_FAILED', message: /^the standard output could not/ }])
  t.equal(sinks.failures.length, 3)
})

void test('a file that has broken, and is still being closed, tells why and not only that', async (t) => {
  const output = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    destroy: (error, done) => void setTimeout(() => done(error), 50),
  })
  const sinks = new Sinks([{ name: 'results.tap', sink: tapSink(output, options), directory: '/r' }], () => undefined)
  await sinks.write({
    type: 'run-finished',
    milliseconds: 1,
    verdicts: { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 },
    aborted: 'no space left in /r',
  })
  await delay(10)
  await sinks.close()
  t.match(sinks.failures, [{ code: 'NO_SPACE' }])
})

// A sink that fails is dropped and reported; the others get every event, in order.
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import type { RunEvent, Sink } from '../../../harness/project/events.ts'
import { Sinks } from '../../../harness/report/sinks.ts'

const events: readonly RunEvent[] = ['a', 'b', 'c'].map((name) => ({
  type: 'scenario-started',
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
        if (event.type === 'scenario-started' && event.name === 'a') await delay(20)
        seen.push(event.type === 'scenario-started' ? event.name : event.type)
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

// A results.jsonl of the version before is still read.
import { test } from 'tap'
import { readEvent } from '../../../../harness/report/stored/read-events.ts'

void test('events of this version are read as they are', (t) => {
  const event = { time: 'T', type: 'test-started', suite: 'scenarios', name: 'a', title: 'b' }
  t.strictSame(readEvent(JSON.stringify(event)), event)
  const unknown = { type: 'from-the-future', data: 1 }
  t.strictSame(readEvent(JSON.stringify(unknown)), unknown, 'an unknown event is kept')
  t.end()
})

void test('events of version 1 become events of version 2', (t) => {
  const started = { type: 'run-started', time: 'T', kernel: 'k', dialect: 'd', scenarios: ['a', 'b'] }
  t.strictSame(readEvent(JSON.stringify(started)), {
    isolation: 'none',
    type: 'run-started',
    time: 'T',
    kernel: 'k',
    dialect: 'd',
    version: 1,
    suite: 'scenarios',
    tests: ['a', 'b'],
  })
  t.match(readEvent(JSON.stringify({ ...started, scenarios: ['kvm:x_test'] })), { suite: 'kselftest' })
  for (const what of ['started', 'retried', 'finished']) {
    const old = { type: `scenario-${what}`, name: 'a', verdict: 'PASS' }
    t.strictSame(readEvent(JSON.stringify(old)), {
      type: `test-${what}`,
      name: 'a',
      verdict: 'PASS',
      suite: 'scenarios',
    })
  }
  t.match(readEvent('{"type":"scenario-finished","name":"kvm:x_test"}'), { suite: 'kselftest' })
  t.end()
})

void test('what is no event is nothing', (t) => {
  for (const line of ['', '{"type":"test-sta', '[]', 'null', '{"type":1}', 'text']) {
    t.equal(readEvent(line), undefined, line)
  }
  t.end()
})

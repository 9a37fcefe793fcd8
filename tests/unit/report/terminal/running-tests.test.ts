// What the progress line tells of tests that run at the same time.
import { test } from 'tap'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import { RunningTests } from '../../../../harness/report/terminal/running-tests.ts'

const began = (name: string): ReportEvent => ({ type: 'test-started', suite: 'scenarios', name, title: '' })
const ended = (name: string): ReportEvent => ({
  type: 'test-finished',
  suite: 'scenarios',
  name,
  title: '',
  verdict: 'PASS',
  milliseconds: 1,
})

void test('the line has the number of tests that ended, and the one that runs longest', (t) => {
  let now = 0
  const running = new RunningTests(() => now)
  t.equal(running.text(4), '[0/4 ended] getting an instance')
  running.add(began('long'))
  now = 5000
  running.add(began('b'))
  t.equal(running.text(4), '[0/4 ended] long 0:05, and 1 more')
  running.add(ended('b'))
  running.add(began('c'))
  running.add(ended('c'))
  now = 65_000
  t.equal(running.text(4), '[2/4 ended] long 1:05')
  // A second try does not begin anew.
  t.ok(running.add(began('long')))
  t.equal(running.text(4), '[2/4 ended] long 1:05')
  t.notOk(running.add({ type: 'vm-lost', reason: 'it died' }))
  running.add(ended('long'))
  // One that never began.
  running.add(ended('d'))
  t.equal(running.text(4), '[4/4 ended] getting an instance')
  t.end()
})

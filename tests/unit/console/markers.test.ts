// The markers of a test, and the lines around them.
import { test } from 'tap'
import { anyMarker, beginMarker, endMarker, linesBefore, operationsSince } from '../../../harness/console/markers.ts'

const log = [
  '[    1.0] late output of the test before',
  `[    1.1] ${beginMarker('convert')}`,
  '[    1.2] output',
  `[    1.3] ${endMarker('convert')}[    1.3] torn`,
  `[    1.4] ${beginMarker('convert-twice')}`,
]

void test('the markers keep their texts, which tools and old logs rely on', (t) => {
  t.equal(beginMarker('kvm:guest_memfd_test'), 'gmemtest: scenario kvm:guest_memfd_test begins')
  t.equal(endMarker('convert'), 'gmemtest: scenario convert ended')
  t.match(anyMarker.exec(log[3] ?? '')?.slice(1), ['convert', 'ended'])
  t.equal(anyMarker.test('gmemtest: scenario convert waits'), false)
  t.end()
})

void test('the lines before a test end at its own begin marker', (t) => {
  t.strictSame(linesBefore('convert', log), log.slice(0, 1))
  t.strictSame(linesBefore('convert-twice', log), log.slice(0, 4))
  t.strictSame(linesBefore('twice', log), [], 'a part of a name is another test')
  t.end()
})

void test('the operations of a test begin behind its last begin marker', (t) => {
  const operations = ['open', `write ${beginMarker('convert')}`, 'old', `write ${beginMarker('convert')}`, 'new']
  t.strictSame(operationsSince('convert', operations), ['new'])
  t.strictSame(operationsSince('other', operations), operations, 'the agent has forgotten the marker')
  t.end()
})

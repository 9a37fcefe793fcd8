// The line of progress in a log and on a terminal.
import { PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { elapsed, statusLine } from '../../../../harness/report/terminal/status-line.ts'

void test('a log has a line from time to time, until the end', async (t) => {
  const output = new PassThrough()
  const line = statusLine(output, false, 10)
  await delay(40)
  t.equal(output.read(), null, 'nothing without a text')
  line.show('[1/2] a\nb')
  t.equal(output.read(), null, 'not at once')
  await delay(60)
  t.match(String(output.read()), /^(?:gmemtest: 0:00 \[1\/2\] a b\n)+$/)
  line[Symbol.dispose]()
  await delay(40)
  t.equal(output.read(), null)
})

void test('on a terminal the line is rewritten, and removed at the end', (t) => {
  const output = new PassThrough()
  const line = statusLine(output, true, 1)
  line.show('a')
  line.show('b')
  line[Symbol.dispose]()
  line.clear()
  t.equal(String(output.read()), '\r\u001b[Ka\r\u001b[Kb\r\u001b[K')
  t.end()
})

void test('times are minutes and seconds', (t) => {
  t.equal(elapsed(187_999), '3:07')
  t.end()
})

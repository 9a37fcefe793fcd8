// Progress, on a terminal and in a log.
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { progressLine } from '../../../../harness/commands/progress/progress.ts'
import { elapsed } from '../../../../harness/report/terminal/status-line.ts'

void test('a log has the beginning of each long stage, and sentences', (t) => {
  const output = new PassThrough()
  const line = progressLine(output, false)
  line.begin('kernel: fetching')
  line.show('kernel: applying the series')
  line.begin('kernel: compiling: 2 jobs')
  for (let count = 0; count < 100; count += 1) line.show(`kernel: compiling: ${count} objects`)
  line.say('built')
  line[Symbol.dispose]()
  t.equal(
    String(output.read()),
    'gmemtest: kernel: fetching\ngmemtest: kernel: compiling: 2 jobs\ngmemtest: built\n',
    'no escape code, and no line an object',
  )
  t.end()
})

void test('a log has a line from time to time, with the last count', async (t) => {
  const output = new PassThrough()
  using line = progressLine(output, false, 100, 5)
  line.show('kernel: compiling: 7 objects')
  // Its timer does not keep a process alive.
  const alive = setInterval(() => undefined, 1000)
  for (let lines = 1; lines <= 2; lines += 1) {
    const [chunk]: unknown[] = await once(output, 'data')
    t.match(String(chunk), /^(gmemtest: 0:00 kernel: compiling: 7 objects\n)+$/)
  }
  clearInterval(alive)
})

void test('a stage that is usually short is shown when it lasts', async (t) => {
  const output = new PassThrough()
  using line = progressLine(output, false, 100, 5)
  line.showLater('kernel: reading')
  t.equal(output.read(), null)
  const alive = setInterval(() => undefined, 1000)
  const [chunk]: unknown[] = await once(output, 'data')
  clearInterval(alive)
  t.match(String(chunk), /^(gmemtest: 0:00 kernel: reading\n)+$/)
  const terminal = new PassThrough()
  progressLine(terminal, true).showLater('kernel: reading')
  t.equal(terminal.read(), null)
})

void test('a stage that has not begun is not shown', async (t) => {
  const output = new PassThrough()
  const line = progressLine(output, false, 100, 1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  line[Symbol.dispose]()
  t.equal(output.read(), null)
})

void test('a terminal has one line that is rewritten', (t) => {
  const output = new PassThrough()
  const line = progressLine(output, true, 20)
  line.begin('kernel: compiling with many words')
  line[Symbol.dispose]()
  t.equal(String(output.read()), '\r\u001B[K0:00 kernel: compili\r\u001B[K')
  t.equal(elapsed(187_000), '3:07')
  t.end()
})

// The console: clean lines from any bytes, in bounded memory.
import { test } from 'tap'
import { cleanLine, ConsoleWriter } from '../../../harness/vm/console.ts'

void test('lines are complete although chunks are cut anywhere', (t) => {
  const console = new ConsoleWriter()
  const seen: string[] = []
  console.onLine((line) => seen.push(line))
  for (const chunk of ['fir', 'st\nsec', 'ond\n\nlast']) console.write(Buffer.from(chunk))
  t.same(seen, ['first', 'second', ''])
  t.same(console.lines(), seen)
  t.same(console.tail(2), ['', 'last'], 'the tail has the unfinished line')
  console.end()
  t.same(seen, ['first', 'second', '', 'last'])
  t.end()
})

void test('a character that is cut in two is joined', (t) => {
  const console = new ConsoleWriter()
  const bytes = Buffer.from('Größe\n')
  for (let index = 0; index < bytes.length; index++) console.write(bytes.subarray(index, index + 1))
  t.same(console.lines(), ['Größe'])
  t.end()
})

void test('escape sequences, carriage returns and other control characters are removed', (t) => {
  t.equal(cleanLine('\u001bc\u001b[?7l\u001b[2J\u001b[0mSeaBIOS (version 1.16.2)\r'), 'SeaBIOS (version 1.16.2)')
  t.equal(cleanLine('\u001b[1;31mBUG:\u001b[0m bad\u0000\u0007'), 'BUG: bad')
  t.equal(cleanLine('\ttabs stay'), '\ttabs stay')
  t.end()
})

void test('marks divide the stream', (t) => {
  const console = new ConsoleWriter()
  console.write(Buffer.from('before\n'))
  const mark = console.mark()
  t.same(console.since(mark), [])
  console.write(Buffer.from('one\ntwo\n'))
  t.same(console.since(mark), ['one', 'two'])
  t.end()
})

void test('a listener can leave', (t) => {
  const console = new ConsoleWriter()
  const seen: string[] = []
  const listener = console.onLine((line) => seen.push(line))
  console.write(Buffer.from('heard\n'))
  listener[Symbol.dispose]()
  console.write(Buffer.from('not heard\n'))
  t.same(seen, ['heard'])
  t.end()
})

void test('a flood of 50 MB is remembered', (t) => {
  const console = new ConsoleWriter()
  const mark = console.mark()
  const chunk = Buffer.from(`${'x'.repeat(99)}\n`.repeat(1000))
  console.write(Buffer.from('the beginning\n'))
  for (let index = 0; index < 500; index++) console.write(chunk)
  t.equal(console.since(mark).length, 500_001)
  t.equal(console.since(mark)[0], 'the beginning')
  t.equal(console.forgottenSince(mark), 0)
  t.end()
})

void test('the beginning of a larger flood is forgotten and counted; marks stay right', (t) => {
  const console = new ConsoleWriter()
  let count = 0
  console.onLine(() => count++)
  const chunk = Buffer.from(`${'x'.repeat(99)}\n`.repeat(1000))
  for (let index = 0; index < 1500; index++) console.write(chunk)
  const mark = console.mark()
  t.equal(mark, 1_500_000)
  t.equal(count, 1_500_000)
  t.ok(console.lines().length <= 1_100_000)
  t.equal(console.forgottenSince(0) + console.lines().length, 1_500_000)
  console.write(Buffer.from('the end\n'))
  t.same(console.since(mark), ['the end'])
  t.equal(console.forgottenSince(mark), 0)
  t.end()
})

void test('a line without end is broken up', (t) => {
  const console = new ConsoleWriter()
  for (let index = 0; index < 100; index++) console.write(Buffer.alloc(10_000, 'y'))
  t.ok(console.mark() > 200)
  t.ok(console.lines().every((line) => line.length <= 4096))
  t.end()
})

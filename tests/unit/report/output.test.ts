// A broken stream is an error of the next write, and not of the process.
import { PassThrough, Writable } from 'node:stream'
import { test } from 'tap'
import { Output } from '../../../harness/report/output.ts'

void test('text arrives in its order, and flushed resolves after that', async (t) => {
  const stream = new PassThrough()
  const output = new Output(stream)
  output.write('one\n')
  output.write('two\n')
  await output.flushed()
  output.check()
  t.equal(String(stream.read()), 'one\ntwo\n')
})

void test('the first error of a stream is the error of all later calls', async (t) => {
  const first = new Error('write ENOSPC')
  const output = new Output(new Writable({ write: (_chunk, _encoding, done) => done(first) }))
  output.write('one\n')
  await t.rejects(output.flushed(), first)
  t.throws(() => output.check(), first)
  await t.rejects(output.flushed(), first)
})

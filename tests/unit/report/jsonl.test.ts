// One event a line, readable by any program, on the disk at once.
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { jsonLinesSink, lineOf } from '../../../harness/report/jsonl.ts'

void test('each event is a line, and there before the next one', async (t) => {
  const file = path.join(t.testdir(), 'results.jsonl')
  const sink = jsonLinesSink(createWriteStream(file), { isTty: false, directory: '' })
  await sink.write({ type: 'test-started', suite: 'scenarios', name: 'a', title: 'title\nwith "lines"' })
  const [line = ''] = (await readFile(file, 'utf8')).split('\n')
  t.match(JSON.parse(line), {
    time: /^\d{4}-\d\d-\d\dT/,
    type: 'test-started',
    title: 'title\nwith "lines"',
  })
  await sink.write({ type: 'vm-lost', reason: 'panic' })
  await sink.close()
  t.equal((await readFile(file, 'utf8')).split('\n').length, 3)
})

void test('wanted and found survive, of any type', (t) => {
  const line = lineOf({
    type: 'test-finished',
    suite: 'scenarios',
    name: 'a',
    title: 'a',
    verdict: 'FAIL',
    milliseconds: 1,
    diagnostic: {
      message: 'm',
      rules: [],
      operations: [],
      wanted: 5n,
      found: undefined,
      console: [],
      again: '',
    },
  })
  t.match(JSON.parse(line), { diagnostic: { wanted: '5n', found: 'undefined' } })
  t.end()
})

void test('a stream that breaks is an error of the next write', async (t) => {
  const sink = jsonLinesSink(createWriteStream('/dev/full'), { isTty: false, directory: '' })
  await t.rejects(async () => sink.write({ type: 'vm-lost', reason: 'panic' }), { code: 'ENOSPC' })
})

// One event a line, readable by any program, on the disk at once.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { jsonLinesSink, lineOf } from '../../../harness/report/jsonl.ts'

void test('each event is a line, and there before the next one', async (t) => {
  const file = path.join(t.testdir(), 'results.jsonl')
  const sink = await jsonLinesSink(file)
  await sink.write({ type: 'scenario-started', name: 'a', title: 'title\nwith "lines"' })
  const [line = ''] = (await readFile(file, 'utf8')).split('\n')
  t.match(JSON.parse(line), {
    time: /^\d{4}-\d\d-\d\dT/,
    type: 'scenario-started',
    title: 'title\nwith "lines"',
  })
  await sink.write({ type: 'vm-lost', reason: 'panic' })
  await sink.close()
  t.equal((await readFile(file, 'utf8')).split('\n').length, 3)
})

void test('wanted and found survive, whatever they are', (t) => {
  const line = lineOf({
    type: 'scenario-finished',
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

void test('a file that cannot be made is an error', async (t) => {
  await t.rejects(jsonLinesSink(path.join(t.testdir(), 'missing', 'results.jsonl')), { code: 'ENOENT' })
})

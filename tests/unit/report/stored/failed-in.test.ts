// The tests that run --failed takes.
import { test } from 'tap'
import { lineOf } from '../../../../harness/report/jsonl.ts'
import { failedIn } from '../../../../harness/report/stored/failed-in.ts'
import type { TestFinished } from '../../../../harness/report/events.ts'
import { storyOf } from '../fixtures/story.ts'

const [start] = storyOf()

function finished(name: string, verdict: TestFinished['verdict']): TestFinished {
  return { type: 'test-finished', suite: 'scenarios', name, title: '', verdict, milliseconds: 1 }
}

function named(...names: readonly string[]): { name: string }[] {
  return names.map((name) => ({ name }))
}

void test('the tests that did not pass run again, and no others', async (t) => {
  const events = [
    ...(start === undefined ? [] : [start]),
    finished('passes', 'PASS'),
    finished('fails', 'FAIL'),
    finished('breaks', 'ERROR'),
    finished('misses', 'MISS'),
    finished('skips', 'SKIP'),
  ]
  const results = t.testdir({ 'results.jsonl': events.map((event) => `${lineOf(event)}\n`).join('') })
  const all = named('breaks', 'fails', 'misses', 'new', 'passes', 'skips')
  t.strictSame(await failedIn(results, all), named('breaks', 'fails', 'misses'))
  await t.rejects(failedIn(results, named('passes')), {
    code: 'NOTHING_FAILED',
    message: /none of these tests failed in .*results\.jsonl; others did: fails, breaks, misses$/,
  })
})

void test('one failure of many repetitions is enough to run a test again', async (t) => {
  const repetitions = [finished('a@1', 'FAIL'), finished('a@2', 'PASS')].map((event) => ({ ...event, repeats: 'a' }))
  const events = [...(start === undefined ? [] : [start]), ...repetitions]
  const results = t.testdir({ 'results.jsonl': events.map((event) => `${lineOf(event)}\n`).join('') })
  t.strictSame(await failedIn(results, named('a', 'b')), named('a'))
})

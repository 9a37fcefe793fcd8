// The durations of a run that is over.
import { test } from 'tap'
import { lineOf } from '../../../../harness/report/jsonl.ts'
import { passedIn } from '../../../../harness/report/stored/passed-in.ts'
import { storyOf } from '../fixtures/story.ts'

void test('only a test that passed has a duration', async (t) => {
  const text = storyOf()
    .map((event) => `${lineOf(event)}\n`)
    .join('')
  const notes: string[] = []
  const tell = (note: string): void => void notes.push(note)
  t.strictSame(await passedIn(t.testdir({ 'results.jsonl': text }), tell), new Map([['a', 250]]))
  t.strictSame(notes, [])
  await passedIn(t.testdir({ 'results.jsonl': `${text}{"type":` }), tell)
  t.match(notes, [/the last line is incomplete/])
})

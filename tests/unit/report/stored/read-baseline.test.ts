// The results that a run is compared with, from their directory.
import { test, type Test } from 'tap'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import { lineOf } from '../../../../harness/report/jsonl.ts'
import { readBaseline } from '../../../../harness/report/stored/read-baseline.ts'
import { storyOf } from '../fixtures/story.ts'

const own = { kernel: 'k', suite: 'scenarios' }

/** Reads a baseline with these events, and returns its notes. */
async function notesOf(
  t: Test,
  events: readonly ReportEvent[],
  of: { readonly kernel: string; readonly suite?: string } = own,
  rest: string = '',
): Promise<string[]> {
  const text = events.map((event) => `${lineOf(event)}\n`).join('')
  const notes: string[] = []
  await readBaseline(t.testdir({ 'results.jsonl': text + rest }), of, (note) => void notes.push(note))
  return notes
}

const refused = (message: RegExp) => ({ code: 'BASELINE_REFUSED', message, hint: /the same suite/ })

void test('a baseline is a run of the same suite', async (t) => {
  t.strictSame(await notesOf(t, storyOf()), [])
  await t.rejects(
    notesOf(t, storyOf(), { kernel: 'k', suite: 'kselftest' }),
    refused(/has the suite scenarios, and the results to compare have the suite kselftest/),
  )
  await t.rejects(notesOf(t, storyOf(), { kernel: 'k' }), refused(/to compare have mutants/))
  const campaign: ReportEvent = { type: 'mutants-started', time: '', version: 3, kernel: 'k', mutants: [] }
  await t.rejects(notesOf(t, [campaign, ...storyOf().slice(3)]), refused(/--baseline .* has mutants, and/))
  await t.rejects(notesOf(t, [campaign], { kernel: 'k' }), refused(/has mutants, .* have mutants/))
})

void test('what is odd about a baseline is told', async (t) => {
  t.match(await notesOf(t, storyOf(), { ...own, kernel: 'other' }), [/is of the kernel k, not of other$/])
  t.match(await notesOf(t, storyOf(['f'])), [/ended early/])
  t.match(await notesOf(t, storyOf().slice(0, -1), own, '{"type":'), [/the last line is incomplete/, /ended early/])
  const newer = storyOf().map((event) => (event.type === 'run-started' ? { ...event, version: 99 } : event))
  t.match(await notesOf(t, newer), [/a newer gmemtest wrote it/])
})

// The lines that GitHub Actions reads from the output of a step.
import { test } from 'tap'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import { written } from '../fixtures/written.ts'
import { diagnosticOf, storyOf } from '../fixtures/story.ts'

void test('an error stands at the line of the check that failed', async (t) => {
  const [first] = (await written('annotations', storyOf())).split('\n')
  t.equal(first, '::error file=tests/scenarios/pins/a.ts,line=16,title=b::FAIL: wanted 12288, found 0')
})

void test('of more than ten, the last names the others', async (t) => {
  const [begin] = storyOf()
  if (begin?.type !== 'run-started') throw new Error('a story has a beginning')
  const tests = Array.from({ length: 12 }, (_, index) => `t${index}`)
  const failed = tests.map((name): ReportEvent => ({
    type: 'test-finished',
    suite: 's',
    name,
    title: '',
    verdict: 'FAIL',
    milliseconds: 1,
    diagnostic: diagnosticOf('100%: a\nb'),
  }))
  const lines = (await written('annotations', [{ ...begin, tests }, ...failed])).trimEnd().split('\n')
  t.equal(lines.length, 10)
  t.match(lines[0], /::FAIL: 100%25: a b$/)
  t.equal(lines[9], '::error title=and 3 more::t9, t10, t11')
})

void test('a retry is a warning when the test passed', async (t) => {
  const retried = storyOf().map((event) =>
    event.type === 'test-finished' && event.name === 'a' ? { ...event, retried: 'QEMU ended' } : event,
  )
  t.match(await written('annotations', retried), /^::warning title=a::it passed after a retry: QEMU ended$/m)
  const others = storyOf().map((event) =>
    event.type === 'test-finished' && event.name !== 'a'
      ? { ...event, retried: 'QEMU ended', ...(event.verdict === 'FAIL' ? { change: 'known' as const } : {}) }
      : event,
  )
  t.notMatch(await written('annotations', others), /::warning/, 'neither a known failure nor a skip')
})

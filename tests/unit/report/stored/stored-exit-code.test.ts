// The exit code of a run by its events alone.
import { test } from 'tap'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import { exitCodeOfEvents } from '../../../../harness/report/stored/stored-exit-code.ts'
import { storyOf } from '../fixtures/story.ts'

type RunFinished = Extract<ReportEvent, { type: 'run-finished' }>
const verdicts = { PASS: 1, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }

/** The events of a run of these planned tests, of which `a` alone has a result, without its end. */
function begunWith(tests: readonly string[]): ReportEvent[] {
  return storyOf()
    .filter((event) => event.type !== 'run-finished' && (event.type !== 'test-finished' || event.name === 'a'))
    .map((event) => (event.type === 'run-started' ? { ...event, tests } : event))
}
const good = begunWith(['a'])

function ended(rest: Partial<RunFinished>): number {
  return exitCodeOfEvents([...good, { type: 'run-finished', milliseconds: 1, verdicts, ...rest }])
}

void test('the exit code is that of the run', (t) => {
  t.equal(exitCodeOfEvents(storyOf()), 1)
  t.equal(ended({ exitCode: 0 }), 0)
  t.equal(ended({ exitCode: 69 }), 69)
  t.equal(ended({ exitCode: 0, aborted: 'interrupted' }), 69)
  t.equal(ended({ aborted: 'x', fault: 'boot' }), 1)
  t.equal(ended({ aborted: 'x', fault: 'usage' }), 2)
  t.equal(exitCodeOfEvents(good), 69, 'a run that was killed')
  t.end()
})

void test('events of earlier versions give it by their verdicts', (t) => {
  t.equal(ended({}), 0)
  t.equal(ended({ verdicts: { ...verdicts, MISS: 1 } }), 69)
  const events = storyOf().filter((event) => event.type !== 'run-finished')
  t.equal(exitCodeOfEvents([...events, { type: 'run-finished', milliseconds: 1, verdicts }]), 1)
  t.end()
})

void test('a campaign fails by its mutants and its control, not by the tests in it', (t) => {
  const begin: ReportEvent = { type: 'mutants-started', time: '', version: 3, kernel: 'k', mutants: ['m'] }
  const counts = { KILLED: 1, SURVIVED: 0, NO_BOOT: 0, NOT_BUILT: 0, UNPROVEN: 0, ERROR: 0 }
  const end: ReportEvent = { type: 'mutants-finished', milliseconds: 1, verdicts: counts }
  const mutant = {
    type: 'mutant-finished',
    name: 'm',
    title: '',
    milliseconds: 1,
    killers: [],
    tried: 1,
    patch: '',
    again: '',
  } as const
  const control: ReportEvent = { type: 'control-finished', milliseconds: 1, tried: 1 }
  t.equal(exitCodeOfEvents([begin, ...storyOf(), { ...mutant, verdict: 'KILLED' }, control, end]), 0)
  t.equal(exitCodeOfEvents([begin, { ...mutant, verdict: 'SURVIVED' }, control, end]), 1)
  t.equal(exitCodeOfEvents([begin, { ...mutant, verdict: 'KILLED' }, { ...control, reason: 'x' }, end]), 1)
  t.equal(exitCodeOfEvents([begin, { ...end, verdicts: { ...counts, NOT_BUILT: 1 } }]), 69)
  t.equal(exitCodeOfEvents([begin]), 69)
  t.equal(exitCodeOfEvents([begin, { ...mutant, verdict: 'KILLED' }, end]), 69, 'without its control')
  t.end()
})

void test('a run that ended without each planned result is no success', (t) => {
  const end: ReportEvent = { type: 'run-finished', milliseconds: 1, verdicts, exitCode: 0 }
  t.equal(exitCodeOfEvents([...begunWith(['a']), end]), 0)
  t.equal(exitCodeOfEvents([...begunWith(['a', 'b']), end]), 69)
  t.equal(exitCodeOfEvents([...begunWith(['a', 'b']), { ...end, exitCode: 1 }]), 1)
  t.end()
})

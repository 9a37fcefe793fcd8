// New results run again: how often they are new again is told, and no verdict changes.
import { test } from 'tap'
import { repeatNew } from '../../../../harness/commands/past/repeat-new.ts'
import type { RunEvent, Verdict } from '../../../../harness/report/events.ts'
import { ended } from '../../history/fixtures/nights.ts'

/** Repeats tests that get these verdicts, one each time. */
async function repeat(names: readonly string[], verdicts: readonly Verdict[], signal = new AbortController().signal) {
  const events: RunEvent[] = []
  const rounds: string[] = []
  const notes: string[] = []
  await repeatNew(names, {
    times: verdicts.length,
    runAgain: async (chosen, emit) => {
      const verdict = verdicts[rounds.length] ?? 'PASS'
      if (verdict === 'ERROR') throw new Error('QEMU is gone')
      rounds.push([...chosen].join(' '))
      for (const name of chosen) await emit(ended(name, verdict))
      await emit(ended('of another plan', 'FAIL'))
    },
    isNew: ({ verdict }) => verdict === 'FAIL',
    emit: async (event) => void events.push(event),
    tell: (note) => void notes.push(note),
    onTrouble: (error) => void notes.push(String(error)),
    signal,
  })
  return { events, rounds, notes }
}

const repeated = (name: string, runs: number, failures: number): RunEvent => ({
  type: 'failure-repeated',
  suite: 'scenarios',
  name,
  runs,
  failures,
})

void test('each new result runs alone again, in instances of its own', async (t) => {
  const { events, rounds, notes } = await repeat(['a', 'b'], ['FAIL', 'PASS', 'FAIL'])
  t.strictSame(events, [repeated('a', 3, 2), repeated('b', 3, 2)])
  t.strictSame(rounds, ['a b', 'a b', 'a b'])
  t.strictSame(notes, ['running 2 new results again, 3 times'])
})

void test('a try without a verdict on the test does not count', async (t) => {
  t.strictSame((await repeat(['a'], ['MISS', 'FAIL', 'SKIP'])).events, [repeated('a', 1, 1)])
})

void test('nothing runs when nothing is new, and few of many run', async (t) => {
  t.strictSame(await repeat([], ['FAIL']), { events: [], rounds: [], notes: [] })
  const many = Array.from({ length: 25 }, (_, index) => `t${index}`)
  const { events, notes } = await repeat(many, ['FAIL'])
  t.equal(events.length, 20)
  t.match(notes, [/; 5 others ran only once$/])
})

void test('an interruption ends the repetition', async (t) => {
  const { rounds } = await repeat(['a'], ['FAIL', 'FAIL'], AbortSignal.abort())
  t.strictSame(rounds, [])
})

void test('trouble ends the repetition, and what it has found is told', async (t) => {
  const { events, rounds, notes } = await repeat(['a'], ['FAIL', 'ERROR', 'FAIL'])
  t.strictSame(events, [repeated('a', 1, 1)])
  t.equal(rounds.length, 1)
  t.equal(notes[1], 'Error: QEMU is gone')
})

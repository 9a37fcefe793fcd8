// The text of a result.
import { test } from 'tap'
import { detailLines } from '../../../harness/report/details.ts'
import { diagnosticOf } from './fixtures/story.ts'

const result = { suite: 's', name: 'n', title: '', milliseconds: 1 }

void test('a failure has the fields of its diagnostic; a PASS only what is odd about it', (t) => {
  const lines = detailLines({ ...result, verdict: 'FAIL', diagnostic: diagnosticOf('m') })
  t.ok(lines.includes('problem: m'))
  t.ok(lines.includes('again: ./gmemtest run a'))
  t.strictSame(detailLines({ ...result, verdict: 'PASS' }), [])
  t.strictSame(detailLines({ ...result, verdict: 'PASS', retried: 'QEMU ended' }), ['first_try: QEMU ended'])
  t.end()
})

void test('without a diagnostic, the message is the problem', (t) => {
  t.strictSame(detailLines({ ...result, verdict: 'MISS', message: 'no result', again: './gmemtest run n' }), [
    'verdict: MISS',
    'problem: no result',
    'again: ./gmemtest run n',
  ])
  t.end()
})

void test('points are lines, those below another one first', (t) => {
  const points = [{ ok: false, name: 'p', directive: 'TODO', reason: 'r', points: [{ ok: true, name: 'q' }] }] as const
  t.strictSame(detailLines({ ...result, verdict: 'PASS', points }), ['  ok - q', 'not ok - p # TODO r'])
  t.end()
})

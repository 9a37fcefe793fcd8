// The repetitions of tests: names, order, and what they share with the test.
import { test } from 'tap'
import { Repetitions } from '../../../../harness/run/selection/repetitions.ts'
import { isFailure } from '../../../../harness/report/stored/failure.ts'
import { fine, named, run, verdicts } from '../../fixtures/run/run.ts'

void test('every test runs once before one of them runs again, and each repetition has a name of its own', (t) => {
  const repetitions = new Repetitions(['a', 'b'], 3)
  t.strictSame(repetitions.names, ['a@1', 'b@1', 'a@2', 'b@2', 'a@3', 'b@3'])
  t.equal(repetitions.testOf('b@3'), 'b')
  t.strictSame(repetitions.durations(new Map([['b', 5]])), new Map([1, 2, 3].map((round) => [`b@${round}`, 5])))
  const tests = repetitions.of(['b', 'a', 'unknown'].map((name) => named(name, fine)))
  t.strictSame(
    tests.map(({ name, repeats }) => [name, repeats]),
    repetitions.names.map((name) => [name, repetitions.testOf(name)]),
  )
  t.end()
})

void test('a test that runs once keeps its name', (t) => {
  const repetitions = new Repetitions(['a'], 1)
  const once = named('a', fine)
  t.strictSame(repetitions.names, ['a'])
  t.equal(repetitions.testOf('a'), 'a')
  t.strictSame(repetitions.of([once]), [once])
  t.equal(repetitions.of([once])[0]?.repeats, undefined)
  t.end()
})

void test('a run has a result for each repetition, also with several instances, and may end at the first failure', async (t) => {
  let runs = 0
  const flaky = named('a', async (context) => {
    runs += 1
    if (runs === 3) throw new Error('no')
    await fine(context)
  })
  const tests = new Repetitions(['a'], 4).of([flaky])
  const first = await run(tests, { failFast: isFailure })
  t.strictSame(verdicts(first), ['PASS', 'PASS', 'ERROR'])
  t.match(first.finished[2], { name: 'a@3', repeats: 'a', title: 'title of a' })
  t.match(first.events.at(-1), { aborted: 'a@3 has ERROR, and the first failure ends the run' })
  const all = await run(tests, { jobs: 2, isolation: 'vm' })
  t.strictSame(
    all.finished.map(({ name }) => name),
    ['a@1', 'a@2', 'a@3', 'a@4'],
  )
})

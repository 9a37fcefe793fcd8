// Failures that come and go, and those that stay.
import { test } from 'tap'
import { addRun } from '../../../harness/history/add-run.ts'
import { flakinessOf, isFlaky, ratesOf } from '../../../harness/history/flakiness.ts'
import { pastResults, type PastResult } from '../../../harness/history/past.ts'
import { traitsOf } from '../../../harness/report/stored/failure.ts'
import { emptyHistory, ended, failed, night } from './fixtures/nights.ts'

type Letter = 'p' | 'f' | 'o' | 's'

/** The past of a test with a run a letter, the oldest first: passed, failed, failed otherwise, skipped; `|` is a new build. */
async function pastOf(
  t: Parameters<typeof emptyHistory>[0],
  letters: string,
  kernel = 'k',
): Promise<readonly PastResult[]> {
  const results = {
    p: ended('a', 'PASS'),
    f: failed('a', 'page 7 is lost'),
    o: failed('a', 'another fault'),
    s: ended('a', 'SKIP'),
  } as const satisfies Record<Letter, unknown>
  const history = await emptyHistory(t)
  let key = 0
  let day = 0
  for (const letter of letters) {
    if (letter === '|') key += 1
    else if (letter === 'p' || letter === 'f' || letter === 'o' || letter === 's') {
      day += 1
      addRun(history, night({ day, kernel, key: `key${key}`, results: [results[letter]] }))
    }
  }
  return pastResults(history, { suite: 'scenarios', kernels: ['k', kernel] }).get('a') ?? []
}

const now = traitsOf(failed('a', 'page 9 is lost'))

void test('a failure is flaky when one build has it and has it not', async (t) => {
  t.equal(isFlaky(await pastOf(t, 'pfp')), true)
  t.equal(isFlaky(await pastOf(t, 'ppp|fff|ppp')), false, 'it was broken, and then mended')
  t.equal(isFlaky(await pastOf(t, 'fff')), false)
  t.equal(isFlaky(await pastOf(t, 'fs')), false, 'a skip shows nothing')
  t.equal(isFlaky(await pastOf(t, 'po'), now), false, 'another failure')
})

void test('a failure that comes and goes is told with its rate', async (t) => {
  t.equal(flakinessOf(await pastOf(t, 'ppppfppppp'), now), 'it failed in 1 of 10 runs on k, 2 to 40 %')
  t.equal(flakinessOf(await pastOf(t, 'ppppoppppp'), now), undefined, 'another failure')
  t.equal(flakinessOf([], now), undefined)
})

void test('a flaky failure that stays is news', async (t) => {
  // The upper end of 1 of 10 is 40 %: 0.4 ** 5 is more than 1 %, and 0.4 ** 6 is less.
  t.type(flakinessOf(await pastOf(t, 'ppppfpppppffff'), now), 'string')
  t.equal(flakinessOf(await pastOf(t, 'ppppfpppppfffff'), now), undefined)
  t.equal(flakinessOf(await pastOf(t, `pfp${'f'.repeat(22)}`), now), undefined)
  t.type(flakinessOf(await pastOf(t, 'ffffffffffp'), now), 'string', 'nothing was ever better')
})

void test('runs after the first one show that a failure comes and goes', async (t) => {
  const history = await emptyHistory(t)
  const again = { type: 'failure-repeated', suite: 'scenarios', name: 'a', runs: 3, failures: 2 } as const
  addRun(history, night({ day: 1, results: [failed('a', 'page 7 is lost'), again] }))
  const past = pastResults(history, { suite: 'scenarios', kernels: ['k'] }).get('a') ?? []
  t.equal(isFlaky(past), true)
})

void test('a first run that passed does not hide the failures after it', async (t) => {
  const history = await emptyHistory(t)
  const tests = ['a (1 of 3)', 'a (2 of 3)', 'a (3 of 3)']
  const results = tests.map((name, index) => ({
    ...(index === 0 ? ended(name, 'PASS') : failed(name, 'page 7 is lost')),
    repeats: 'a',
  }))
  addRun(history, night({ day: 1, results }))
  const past = pastResults(history, { suite: 'scenarios', kernels: ['k'] }).get('a') ?? []
  t.match(past, [{ verdict: 'PASS', repeats: 2, repeat_failures: 2 }])
  t.equal(isFlaky(past), true)
})

void test('each kernel has a rate of its own', async (t) => {
  const history = await emptyHistory(t)
  for (const [day, kernel] of ['k', 'k', 'other'].entries()) {
    addRun(history, night({ day: day + 1, kernel, results: [day === 0 ? failed('a', 'x') : ended('a', 'PASS')] }))
  }
  const past = pastResults(history, { suite: 'scenarios', kernels: ['k', 'other'] }).get('a') ?? []
  t.strictSame(ratesOf(past), [
    { kernel: 'k', failures: 1, runs: 2 },
    { kernel: 'other', failures: 0, runs: 1 },
  ])
})

// The results of a run as one value, also of one that did not come to its end.
import { test } from 'tap'
import { Gathering } from '../../../harness/report/gather.ts'
import type { ReportEvent } from '../../../harness/report/events.ts'
import { storyOf } from './fixtures/story.ts'
import { written } from './fixtures/written.ts'
import { hostileCampaign } from './fixtures/hostile-events.ts'
import { isHostile } from './fixtures/hostile-texts.ts'

async function gathered(events: readonly ReportEvent[]) {
  const gathering = new Gathering()
  for (const event of events) await gathering.add(event)
  return gathering.finish()
}

void test('a run that was killed has a MISS for each test without a result', async (t) => {
  const run = await gathered(storyOf(['f', 'f']).slice(0, 7))
  t.equal(run?.aborted, 'the run was killed')
  t.strictSame(
    run?.results.map(({ name, verdict }) => `${name} ${verdict}`),
    ['a PASS', 'b FAIL', 'c MISS', 'd MISS', 'e MISS', 'f MISS', 'f MISS'],
  )
})

void test('without its beginning, nothing is known of a run', async (t) => {
  t.equal(await gathered([]), undefined)
  t.equal(await gathered(storyOf().slice(1)), undefined)
})

void test('a mutant that was killed passes; the others have the verdict of their exit code', async (t) => {
  const run = await gathered(hostileCampaign(['m'].filter(isHostile), undefined))
  t.strictSame(
    run?.results.map(({ verdict }) => verdict),
    // KILLED, SURVIVED, NO_BOOT, NOT_BUILT, ERROR and the control, which has a reason.
    ['PASS', 'FAIL', 'FAIL', 'MISS', 'ERROR', 'FAIL'],
  )
})

void test('the dialect is the one of the instance, and that of the definition without one', async (t) => {
  const story = storyOf().map((event) => (event.type === 'run-started' ? { ...event, dialect: 'auto' } : event))
  t.equal((await gathered(story))?.dialect, 'auto')
  const told = story.map((event) => (event.type === 'vm-ready' ? { ...event, dialect: 'gmem-attributes' } : event))
  t.equal((await gathered(told))?.dialect, 'gmem-attributes')
})

void test('the difference is that of the whole values, though a long one is cut', async (t) => {
  const wanted = Array.from({ length: 2000 }, (_, index) => index)
  const found = wanted.with(1900, -1)
  const events = storyOf().map((event) =>
    event.type === 'test-finished' && event.diagnostic !== undefined
      ? { ...event, diagnostic: { ...event.diagnostic, wanted, found } }
      : event,
  )
  const result = (await gathered(events))?.results.find(({ name }) => name === 'b')
  t.equal(result?.diff, ' (1900 equal before)\n-1900\n+-1\n (99 equal after)\n')
  t.match(await written('junit', events), / {2}-1900\n {2}\+-1\n/)
  const long = events.map((event) =>
    event.type === 'test-finished' && event.diagnostic !== undefined
      ? { ...event, diagnostic: { ...event.diagnostic, wanted: 'x'.repeat(1_000_000) } }
      : event,
  )
  const cut = (await gathered(long))?.results.find(({ name }) => name === 'b')
  t.ok((cut?.diff ?? '').length < 10_000, 'each line is cut')
})

// The shards of a run give the results of one run, or an error that names the shard.
import path from 'node:path'
import { test, type Test } from 'tap'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import { lineOf } from '../../../../harness/report/jsonl.ts'
import { mergeShards } from '../../../../harness/report/stored/merge-shards.ts'
import { readRun, type StoredRun } from '../../../../harness/report/stored/stored-run.ts'
import { written } from '../fixtures/written.ts'
import { storyOf } from '../fixtures/story.ts'

const order = ['e', 'a', 'b', 'c', 'd']
const own = [['c', 'e'], ['a'], ['b', 'd']]

/** The run on one computer, in the order of its plan. */
function wholeRun(): ReportEvent[] {
  const story = storyOf()
  const of = (name: string): ReportEvent[] => story.filter((event) => 'name' in event && event.name === name)
  return [...story.slice(0, 2), ...order.flatMap((name) => [...story.slice(2, 3), ...of(name)]), ...story.slice(-1)]
}

/** The events of one shard of it. */
function shardEvents(index: number): ReportEvent[] {
  const names = own[index - 1] ?? []
  const all = ['a', 'b', 'c', 'd', 'e']
  const verdicts = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  let isOwn = true
  return wholeRun().flatMap((event, place, events): ReportEvent[] => {
    const next = events.slice(place).find((other) => other.type === 'test-finished')
    if (event.type === 'vm-ready') isOwn = next?.type === 'test-finished' && names.includes(next.name)
    if (event.type === 'run-started') {
      const places = names.map((name) => all.indexOf(name))
      return [{ ...event, tests: names, shard: { index, count: own.length, total: all.length, places, basis: 'x' } }]
    }
    if (event.type === 'kernel-ready') {
      const tests = order.filter((name) => names.includes(name))
      return [event, { type: 'shard-planned', tests, places: tests.map((name) => order.indexOf(name)) }]
    }
    if (event.type === 'run-finished')
      return [{ ...event, verdicts, exitCode: names.includes('b') ? 1 : 0, milliseconds: index }]
    if (event.type === 'test-finished' && isOwn) verdicts[event.verdict] += 1
    return isOwn ? [event] : []
  })
}

async function stored(t: Test, shards: readonly (readonly ReportEvent[])[], cut = 0): Promise<StoredRun[]> {
  const texts = shards.map((events) => `${events.map((event) => lineOf(event)).join('\n')}\n`)
  const directory = t.testdir(
    Object.fromEntries(
      texts.map((text, index) => [`s${index}`, { 'results.jsonl': text.slice(0, text.length - cut) }]),
    ),
  )
  return Promise.all(texts.map((_, index) => readRun(path.join(directory, `s${index}`))))
}

function eventsOf({ lines }: ReturnType<typeof mergeShards>): ReportEvent[] {
  return lines.flatMap((line) => ('event' in line ? [line.event] : []))
}

void test('the merged run has the order, the counts and the reports of one run', async (t) => {
  const runs = await stored(t, [3, 1, 2].map(shardEvents))
  const merged = eventsOf(mergeShards(runs))
  for (const format of ['tap', 'ktap'] as const) {
    t.equal(await written(format, merged), await written(format, wholeRun()), format)
  }
  t.match(merged.at(-1), { verdicts: { PASS: 1, FAIL: 1, ERROR: 1, MISS: 1, SKIP: 1 }, exitCode: 1, milliseconds: 3 })
  t.strictSame(
    merged.flatMap((event) => (event.type === 'test-finished' ? [event.worker] : [])),
    [0, 1, 2, 0, 2],
    'each shard has workers of its own',
  )
  t.equal(merged.filter(({ type }) => type === 'kernel-ready').length, 1)
  t.notOk(merged[0] !== undefined && 'shard' in merged[0])
})

void test('a shard that was killed ends the merged run early', async (t) => {
  const killed = shardEvents(1).slice(0, -2)
  const runs = await stored(t, [killed, shardEvents(2), shardEvents(3)])
  const tap = await written('tap', eventsOf(mergeShards(runs)))
  t.match(tap, /Bail out! shard 1 was killed\n$/)
  t.match(tap, /^1\.\.5$/m)
})

void test('an event that this version does not know stays with its test', async (t) => {
  const unknown = '{"time":"T","type":"from-the-future"}'
  const [first, second, third] = await stored(t, [1, 2, 3].map(shardEvents))
  if (first === undefined || second === undefined || third === undefined) throw new Error('three shards')
  const place = second.lines.length - 2
  const odd = { ...second, lines: second.lines.toSpliced(place, 0, { unknown }) }
  const { lines } = mergeShards([first, odd, third])
  const at = lines.findIndex((line) => 'unknown' in line)
  t.match(lines[at + 1], { event: { type: 'test-finished', name: 'a' } })
})

function begun(events: readonly ReportEvent[], rest: object): ReportEvent[] {
  return events.map((event) => (event.type === 'run-started' ? { ...event, ...rest } : event))
}

void test('shards that do not fit together are refused, and the message names them', async (t) => {
  const [one, two, three] = [1, 2, 3].map(shardEvents)
  if (one === undefined || two === undefined || three === undefined) throw new Error('three shards')
  const shard = { index: 3, count: 3, total: 5, places: [1, 3], basis: 'x' }
  const cases = [
    [[one, three], /shard 2 of 3 is missing/],
    [[one, two, two, three], /shard 2 of 3 is there twice: .*s1 and .*s2/],
    [
      [one, two, begun(three, { suite: 'kselftest' })],
      /shard 3 in .*s2 has another suite than shard 1 in .*s0: kselftest, not scenarios/,
    ],
    [[one, two, begun(three, { kernel: 'other' })], /another kernel than/],
    [
      [one, two, three.map((event) => (event.type === 'kernel-ready' ? { ...event, key: 'zz' } : event))],
      /another kernel key than .*: zz, not abc123/,
    ],
    [[one, two, begun(three, { shard: { ...shard, count: 4 } })], /another number of shards/],
    [[one, two, begun(three, { shard: { ...shard, basis: 'y' } })], /another set of durations/],
    [
      [one, two, begun(three, { tests: ['a', 'b', 'd'], shard: { ...shard, places: [0, 1, 3] } })],
      /shards 2 and 3 both have the test a/,
    ],
    [[one, two, begun(three, { tests: ['b'], shard: { ...shard, places: [1] } })], /no shard has test 4 of 5/],
    [[one, two, storyOf()], /s2\/results\.jsonl is no shard of a run/],
  ] as const
  for (const [shards, message] of cases) {
    const runs = await stored(t, shards)
    t.throws(() => mergeShards(runs), { code: 'MERGE_REFUSED', message, hint: /./ })
  }
})

void test('a shard whose kernel was not built has no key, and the others must have the same', async (t) => {
  const begin = shardEvents(1)[0]
  if (begin === undefined) throw new Error('a shard has a beginning')
  const verdicts = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  const failed: ReportEvent = { type: 'run-finished', milliseconds: 1, verdicts, aborted: 'no network', fault: 'infra' }
  const runs = await stored(t, [[begin, failed], shardEvents(2), shardEvents(3)])
  t.match(eventsOf(mergeShards(runs)).at(-1), { aborted: 'shard 1: no network', exitCode: 1 })
  const [one, two, three] = runs
  if (one === undefined || two === undefined || three === undefined) throw new Error('three shards')
  t.match(eventsOf(mergeShards([two, one, three])).at(-1), { exitCode: 1 }, 'in any order')
  const other = shardEvents(3).map((event) => (event.type === 'kernel-ready' ? { ...event, key: 'zz' } : event))
  const mixed = await stored(t, [[begin, failed], shardEvents(2), other])
  t.throws(() => mergeShards(mixed), {
    code: 'MERGE_REFUSED',
    message: /shard 3 in .* has another kernel key than shard 2 in .*: zz, not abc123/,
  })
})

void test('numbers that no shard has are refused, and need no memory', async (t) => {
  const [one, two, three] = [shardEvents(1), shardEvents(2), shardEvents(3)]
  const allWith = (change: object): ReportEvent[][] =>
    [one, two, three].map((events) =>
      events.map((event) =>
        event.type === 'run-started' && event.shard !== undefined
          ? { ...event, shard: { ...event.shard, ...change } }
          : event,
      ),
    )
  for (const change of [{ count: 0 }, { index: 4 }, { count: 1.5 }, { total: -1 }]) {
    await t.rejects(stored(t, allWith(change)), { code: 'RESULTS_INVALID' }, JSON.stringify(change))
  }
  for (const change of [{ count: 2 ** 50 }, { total: 2 ** 50 }]) {
    const runs = await stored(t, allWith(change))
    t.throws(() => mergeShards(runs), { code: 'MERGE_REFUSED' }, JSON.stringify(change))
  }
})

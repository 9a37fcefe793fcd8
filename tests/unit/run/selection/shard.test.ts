// A suite divided between computers that know nothing of each other.
import { test } from 'tap'
import { shardOf } from '../../../../harness/run/selection/shard.ts'

const names = Array.from({ length: 131 }, (_, index) => `t${index}`)
/** Most are short, and a few are very long. */
const durations = new Map(names.slice(0, 120).map((name, index) => [name, 200 + ((index * 7919) % 97) ** 2]))

function divide(count: number, known: ReadonlyMap<string, number> = durations) {
  return Array.from({ length: count }, (_, place) => shardOf(names, known, { index: place + 1, count }))
}

void test('each test is in one shard, in its order', (t) => {
  for (const count of [1, 2, 4, 7, 131, 200]) {
    const shards = divide(count)
    t.strictSame(new Set(shards.flatMap((shard) => shard.names)), new Set(names), String(count))
    t.equal(shards.flatMap((shard) => shard.names).length, names.length)
    for (const shard of shards) {
      t.strictSame(
        shard.names,
        names.filter((name) => shard.names.includes(name)),
      )
      t.strictSame(
        shard.shard.places.map((place) => names[place]),
        shard.names,
      )
      t.equal(shard.shard.total, names.length)
    }
  }
  t.end()
})

void test('the shards take about the same time', (t) => {
  const times = divide(4).map((shard) => shard.names.reduce((sum, name) => sum + (durations.get(name) ?? 0), 0))
  const mean = times.reduce((sum, time) => sum + time, 0) / 4
  t.ok(Math.max(...times) < 1.3 * mean, times.join(' '))
  const counts = divide(4, new Map()).map((shard) => shard.names.length)
  t.strictSame(counts, [33, 33, 33, 32], 'without durations, the same number of tests')
  t.end()
})

void test('the division depends on the durations of its tests alone, and its basis shows them', (t) => {
  const [first] = divide(4)
  t.strictSame(divide(4, new Map([...durations].toReversed()).set('other', 1e6))[0], first)
  t.not(divide(4, new Map(durations).set('t5', 1))[0]?.shard.basis, first?.shard.basis)
  t.end()
})

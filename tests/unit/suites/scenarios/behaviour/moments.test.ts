// The moments at which signals come: several stages of an operation in any case, and more until one hits it.
import { test } from 'tap'
import { tryMoments } from '../../../../scenarios/common/moments.ts'

/** Tries moments of an operation of a millisecond that really ends after `end` nanoseconds; the first timers are late. */
async function momentsUntil(end: number, late: number, tries?: number, duration = 1_000_000) {
  const moments: number[] = []
  const hit = await tryMoments(
    duration,
    async (after) => {
      moments.push(after)
      return moments.length > late && after < end
    },
    tries,
  )
  return { moments, hit }
}

const stages = [150_000, 500_000, 850_000, 300_000, 700_000]

void test('all stages are tried, also after a late timer, and no further one once the operation was hit', async (t) => {
  t.strictSame(await momentsUntil(1_000_000, 0), { moments: stages, hit: true })
  t.strictSame(await momentsUntil(1_000_000, 2), { moments: stages, hit: true })
})

void test('an operation that is over sooner than it seemed is tried at earlier moments', async (t) => {
  const { moments, hit } = await momentsUntil(100_000, 0)
  t.equal(hit, true)
  t.strictSame(moments, [...stages, 22_500])
})

void test('the tries have an end', async (t) => {
  const { moments, hit } = await momentsUntil(0, 0, 12)
  t.equal(hit, false)
  t.equal(moments.length, 12)
  t.ok(moments.every((after) => after >= 20_000))
})

void test('a short operation has fewer stages', async (t) => {
  t.strictSame(await momentsUntil(24_000, 0, 12, 24_000), { moments: [20_000, 20_400], hit: true })
})

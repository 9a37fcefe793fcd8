// Removal of parts: what is left still fails, and nothing of it can be left out.
import { test } from 'tap'
import { smallest } from '../../../../../harness/campaigns/fuzz/search/shrink.ts'

async function shrunk(items: readonly number[], needed: readonly number[]): Promise<readonly [string, number]> {
  let attempts = 0
  const left = await smallest(items, async (candidate) => {
    attempts += 1
    return needed.every((item) => candidate.includes(item))
  })
  return [left.join(' '), attempts]
}

const twenty = Array.from({ length: 20 }, (_, index) => index)

void test('only the items that are needed are left, in their order', async (t) => {
  t.equal((await shrunk(twenty, [7]))[0], '7')
  t.equal((await shrunk(twenty, [3, 4, 19]))[0], '3 4 19')
  t.equal((await shrunk(twenty, twenty))[0], twenty.join(' '))
  t.equal((await shrunk([], []))[0], '')
  t.equal((await shrunk([5], []))[0], '')
})

void test('a hundred items take few attempts, since each may cost an instance', async (t) => {
  const hundred = Array.from({ length: 100 }, (_, index) => index)
  const [left, attempts] = await shrunk(hundred, [42])
  t.equal(left, '42')
  t.ok(attempts < 25, `${attempts} attempts`)
})

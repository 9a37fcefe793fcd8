// The limit of time: work that it ends has one error, which names the limit.
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { limitFrom, withinLimit } from '../../../../harness/commands/planning/within-limit.ts'
import { fakeContext } from '../fixtures/context.ts'

const { context } = fakeContext()
const given = (milliseconds: number) => limitFrom(new Date(), { milliseconds, text: '30m' })

void test('work ends by the limit', async (t) => {
  // The timer of a signal keeps no process alive.
  const alive = setInterval(() => undefined, 1000)
  await t.rejects(
    withinLimit(given(20), context, ({ signal }) =>
      delay(60_000, undefined, { signal }).catch(() => signal.throwIfAborted()),
    ),
    { code: 'TIME_LIMIT', message: 'the time limit of 30m was reached' },
  )
  clearInterval(alive)
})

void test('work that is faster keeps its end, and work without a limit its context', async (t) => {
  t.equal(await withinLimit(given(60_000), context, async () => 7), 7)
  await t.rejects(
    withinLimit(given(60_000), context, async () => {
      throw new Error('mine')
    }),
    { message: 'mine' },
  )
  await withinLimit(undefined, context, async (within) => void t.equal(within, context))
})

void test('the time before the work counts', async (t) => {
  const late = limitFrom(new Date(Date.now() - 60_000), { milliseconds: 30_000, text: '30s' })
  await t.rejects(
    withinLimit(late, context, async ({ signal }) => {
      await delay(50)
      signal.throwIfAborted()
    }),
    { code: 'TIME_LIMIT' },
  )
})

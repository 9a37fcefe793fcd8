// Events of several places come out place by place, the first one live.
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { OrderedEvents } from '../../../harness/run/ordered-events.ts'

function recorder(): { readonly order: OrderedEvents<string>; readonly seen: string[] } {
  const seen: string[] = []
  return { seen, order: new OrderedEvents<string>(async (event) => void seen.push(event)) }
}

void test('the first place is live, the others wait until those before them are finished', async (t) => {
  const { order, seen } = recorder()
  await order.write(0, 'a1')
  await order.write(1, 'b1')
  await order.write(2, 'c1')
  t.strictSame(seen, ['a1'])
  await order.finish(2)
  await order.write(0, 'a2')
  t.strictSame(seen, ['a1', 'a2'])
  await order.finish(0)
  t.strictSame(seen, ['a1', 'a2', 'b1'], 'what has waited comes out, though more is to come')
  await order.write(1, 'b2')
  t.strictSame(seen, ['a1', 'a2', 'b1', 'b2'])
  await order.finish(1)
  t.strictSame(seen, ['a1', 'a2', 'b1', 'b2', 'c1'])
})

void test('progress is told of each event at once', async (t) => {
  const told: string[] = []
  const order = new OrderedEvents<string>(
    async () => undefined,
    (event) => void told.push(event),
  )
  await order.write(1, 'b')
  await order.write(0, 'a')
  await order.finish(0)
  await order.finish(1)
  t.strictSame(told, ['b', 'a'])
})

void test('a place without events delays no other', async (t) => {
  const { order, seen } = recorder()
  await order.write(2, 'c')
  await order.finish(2)
  await order.finish(1)
  await order.finish(0)
  t.strictSame(seen, ['c'])
})

void test('in the end nothing finished is lost, and nothing that was cut off comes out', async (t) => {
  const { order, seen } = recorder()
  await order.write(0, 'a1')
  await order.write(1, 'b1')
  await order.write(3, 'd1')
  await order.write(2, 'c1')
  await order.finish(3)
  await order.finish(1)
  await order.flush()
  t.strictSame(seen, ['a1', 'b1', 'd1'])
  await order.flush()
  t.strictSame(seen, ['a1', 'b1', 'd1'], 'nothing comes out twice')
})

void test('one event is out before the next one begins, with several writers', async (t) => {
  const seen: string[] = []
  const order = new OrderedEvents<number>(async (event) => {
    seen.push(`${event} begins`)
    await delay(event === 0 ? 20 : 1)
    seen.push(`${event} is out`)
  })
  await Promise.all([order.write(0, 0), order.write(1, 1), order.finish(0), order.write(1, 2)])
  t.strictSame(seen, ['0 begins', '0 is out', '1 begins', '1 is out', '2 begins', '2 is out'])
})

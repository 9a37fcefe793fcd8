// The step change-slot: each change is refused, and leaves the slot as it was.
import { test } from 'tap'
import { differenceOn, isPossible } from '../fixtures/planned.ts'

const change = (how: string): string => `do: change-slot, first: 2, count: 4, how: ${how}`

void test('each change of a slot is refused, and the next accesses go through the old one', async (t) => {
  for (const how of ['again', 'moved', 'of-the-range', 'with-dirty-log', 'read-only', 'without-file']) {
    const steps = [change(how), 'do: guest-fill, first: 0, count: 8, tag: 5', 'do: host-look, first: 0, count: 8']
    t.equal(await differenceOn(undefined, { steps }), undefined, how)
    t.equal(await isPossible({ steps: ['do: unbind', change(how)] }), false, how)
  }
  const steps = [change('moved')]
  t.match(await differenceOn('lets slots change', { steps }), { step: 'change-slot', wanted: 'EINVAL', found: 'OK' })
})

void test('a new slot that is impossible is refused, and its pages can be bound', async (t) => {
  for (const how of ['new-with-dirty-log', 'new-read-only', 'new-too-high', 'new-beyond-the-end']) {
    const steps = ['do: unbind', change(how), 'do: bind, first: 0, count: 24', 'do: guest-look, first: 0, count: 24']
    t.equal(await differenceOn(undefined, { steps }), undefined, how)
    t.equal(await isPossible({ steps: [change(how)] }), false, how)
  }
})

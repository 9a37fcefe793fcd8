// The step fail-page: where it is possible, and that failed memory which stays or comes back is found.
import { test } from 'tap'
import { differenceOn, isPossible } from '../../fixtures/planned.ts'

const step = (more = ''): string => `do: fail-page, index: 5${more}`

void test('memory can fail in each page that nothing holds', async (t) => {
  t.equal(await isPossible({ steps: [step()] }), true)
  t.equal(await isPossible({ steps: ['do: close', step()] }), false)
  t.equal(await isPossible({ steps: [step(', descriptor: 1')] }), false)
  t.equal(await isPossible({ steps: ['do: dup', step(', descriptor: 1')] }), true)
  t.equal(await isPossible({ steps: ['do: pin, first: 5, count: 1, method: vmsplice', step()] }), false)
  t.equal(await isPossible({ steps: ['do: pin, first: 6, count: 1, method: vmsplice', step()] }), true)
})

void test('a failed page is lost until a hole frees it', async (t) => {
  const steps = ['do: host-fill, first: 0, count: 8, tag: 7', 'do: guest-look, first: 0, count: 8']
  for (const more of ['', ', converted: true']) {
    t.equal(await differenceOn(undefined, { steps: [...steps, step(more), ...steps] }), undefined)
    t.match(await differenceOn('a hole keeps failed memory', { steps: [...steps, step(more)] }), {
      step: 'fail-page',
      field: 'pages',
      wanted: [{ first: 5, count: 1, value: 0 }],
      found: [{ first: 5, count: 1, value: 'fault' }],
    })
  }
})

void test('memory can fail in a private page, in a file with a gap, and where no slot is', async (t) => {
  t.equal(
    await differenceOn(undefined, { steps: ['do: convert, to: private, offset: 0, size: 98304', step()] }),
    undefined,
  )
  t.equal(await differenceOn(undefined, { gap: 1000, steps: ['do: fail-page, index: 20'] }), undefined)
  t.equal(await differenceOn(undefined, { steps: ['do: unbind', 'do: fork', step(', converted: true')] }), undefined)
})

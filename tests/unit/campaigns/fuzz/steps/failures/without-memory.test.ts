// The step without-memory: where it is possible, and that a failure that changes something is found.
import { test } from 'tap'
import { differenceOn, isPossible } from '../../fixtures/planned.ts'

const step = (does: string, more = ''): string =>
  `do: without-memory, first: 2, count: 4, does: ${does}, of: nodes${more}`

void test('an operation without memory is possible where it would succeed with it', async (t) => {
  const pin = 'do: pin, first: 5, count: 1, method: vmsplice'
  t.equal(await isPossible({ steps: [pin, step('to-shared')] }), true)
  t.equal(await isPossible({ steps: [pin, step('to-private')] }), false)
  t.equal(await isPossible({ steps: [step('bind')] }), false)
  t.equal(await isPossible({ steps: ['do: unbind', step('bind')] }), true)
  // vmalloc() would warn.
  t.equal(await isPossible({ steps: ['do: unbind', step('bind').replace('nodes', 'pages')] }), false)
  t.equal(await isPossible({ steps: ['do: unbind', step('bind').replace('nodes', 'objects')] }), false)
  const across = step('allocate').replace('first: 2, count: 4', 'first: 10, count: 4')
  t.equal(await isPossible({ gap: 1000, steps: [across] }), false)
  t.equal(await isPossible({ steps: [across] }), true)
})

void test('the state is that of before or after, by the end of the first try', async (t) => {
  const steps = ['do: host-fill, first: 0, count: 8, tag: 7', step('to-private', ', lasting: true'), step('to-shared')]
  t.equal(await differenceOn(undefined, { steps }), undefined)
  t.match(await differenceOn('takes lack of memory for success', { steps }), {
    step: 'without-memory',
    field: 'pages',
    wanted: [{ first: 2, count: 4, value: 'sigbus' }],
    found: [{ first: 2, count: 4, value: 7 }],
  })
})

// The step race: which pairs are possible in which state, and what is known after them.
import { test } from 'tap'
import { differenceOn, isPossible } from '../fixtures/planned.ts'

const race = (works: string, more = ''): string => `do: race, first: 2, count: 4, works: [${works}], to: private${more}`

void test('a race is possible where its end is known', async (t) => {
  t.equal(await isPossible({ steps: [race('convert, guest-read')] }), true)
  t.equal(await isPossible({ steps: [race('punch')] }), true)
  t.equal(await isPossible({ steps: ['do: unbind', race('convert, bind')] }), true)
  t.equal(await isPossible({ steps: [race('convert, guest-read, fork')] }), true)
  t.equal(await isPossible({ steps: [race('guest-read, convert, guest-read')] }), false)
  for (const steps of [
    [race('guest-read, guest-read')],
    [race('convert, bind')],
    ['do: unbind', race('guest-read, bind')],
    ['do: unbind', race('guest-read')],
    ['do: unmap', race('convert')],
    ['do: pin, first: 9, count: 1, method: vmsplice', race('convert')],
    [race('convert').replace('count: 4', 'count: 17')],
  ]) {
    t.equal(await isPossible({ steps }), false, steps.join('; '))
  }
  t.equal(await isPossible({ pageSize: '2M', steps: [race('map, convert')] }), false)
  t.equal(await isPossible({ pageSize: '2M', steps: [race('fork, convert')] }), true)
})

void test('the pages have one state afterwards, memory, and contents unless a hole was punched', async (t) => {
  const fill = 'do: guest-fill, first: 0, count: 8, tag: 7'
  for (const works of [
    'convert, host-read',
    'punch, convert',
    'reallocate',
    'allocate, fork',
    'convert, pin, host-read',
  ]) {
    const steps = [
      fill,
      race(works),
      'do: blocks',
      'do: guest-look, first: 0, count: 24',
      'do: host-look, first: 0, count: 8',
    ]
    t.equal(await differenceOn(undefined, { steps }), undefined, works)
  }
})

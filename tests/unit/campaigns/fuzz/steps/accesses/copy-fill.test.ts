// Copies by the kernel: they reach shared pages up to the first private one.
import { test } from 'tap'
import { differenceOn, isPossible } from '../../fixtures/planned.ts'

void test('a copy ends at the first private page, with the errno of its way', async (t) => {
  for (const way of ['process-vm', 'proc-mem', 'file', 'pipe', 'splice']) {
    const steps = [
      'do: convert, to: private, offset: 8192, size: 4096',
      `do: copy-fill, first: 0, count: 4, way: ${way}, tag: 9`,
      `do: copy-look, first: 0, count: 8, way: ${way}`,
      'do: host-look, first: 0, count: 8',
    ]
    t.equal(await differenceOn(undefined, { steps }), undefined, way)
    t.match(await differenceOn('copies private pages', { steps }), { step: 'copy-look', field: 'pages' }, way)
  }
})

void test('a copy needs a mapping of its pages, side by side', async (t) => {
  const copy = 'do: copy-look, first: 10, count: 4, way: pipe'
  t.equal(await isPossible({ steps: [copy] }), true)
  t.equal(await isPossible({ gap: 100, steps: [copy] }), false)
  t.equal(await isPossible({ steps: ['do: unmap', copy] }), false)
})

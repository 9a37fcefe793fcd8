// The prefixes of a console line.
import { test } from 'tap'
import { parseLine } from '../../../harness/console/printk.ts'

void test('a line is parsed', (t) => {
  t.strictSame(parseLine('[   12.345678][   T77] text'), {
    text: 'text',
    time: 12.345678,
    caller: 'T77',
    isKernel: true,
  })
  t.strictSame(parseLine('[   12.345678]   text'), { text: '  text', time: 12.345678, isKernel: true })
  t.strictSame(parseLine('<4>[   T77] text'), { text: 'text', caller: 'T77', isKernel: true })
  t.strictSame(parseLine('[12:34:56] text'), { text: 'text', isKernel: false })
  t.strictSame(parseLine('text [1.5] and [foo]'), { text: 'text [1.5] and [foo]', isKernel: false })
  t.strictSame(parseLine('[    1.000000] one [    2.000000] two'), {
    text: 'one [    2.000000] two',
    time: 1,
    isKernel: true,
    next: '[    2.000000] two',
  })
  t.end()
})
